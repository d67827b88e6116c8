"""Publishing: kept traces become training conversations, the rows of ``sft``.

A *choice* says which trace is taken in which dialect, the *split* which part of the data it belongs to, the *balance* how many of a kind
there are. A *refusal* is a kept trace that becomes no conversation, as a row of ``rejects`` (without ``run_id``) whose locator is the
trace's id, with ``/`` and the dialect behind it where the trace was up for several dialects. A *card* says of a version what it is.
"""

from __future__ import annotations

from data.publishing.choice import Refusal
from data.publishing.config import Column, PublishConfig, Quota
from data.publishing.conversations import Published, publish_rows
from data.publishing.split import Splits, split_samples

__all__ = ["Column", "PublishConfig", "Published", "Quota", "Refusal", "Splits", "publish_rows", "split_samples"]
