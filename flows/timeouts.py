"""Timeouts: how long a flow may take before it counts as stuck and is ended with its children; what it did is there for the next try.

They are far above what a published recipe takes: they end what hangs, not what is large.
"""

from __future__ import annotations

from collections.abc import Mapping

from tasks.stage import Stage

HOUR_S = 3600
DAY_S = 24 * HOUR_S
TIMEOUT_S: Mapping[Stage, int] = {
    Stage.INGEST: DAY_S,
    Stage.GENERATE: 7 * DAY_S,
    Stage.CURATE: DAY_S,
    Stage.PUBLISH: DAY_S,
    Stage.PRETRAIN: DAY_S,
    Stage.FINETUNE: 7 * DAY_S,
    Stage.REINFORCE: 14 * DAY_S,
    Stage.EVALUATE: 3 * DAY_S,
    Stage.REPORT: HOUR_S,
}
"""Seconds, by stage."""
PIPELINE_TIMEOUT_S = 30 * DAY_S
