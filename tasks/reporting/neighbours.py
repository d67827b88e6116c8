"""Neighbours: what others have published of the benchmarks that a report has scores of, beside those scores.

Where a benchmark has editions, the one that was asked is that of the samples' ``meta``, if they agree on one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from data.benchmarks.tables import Beside, NewScore, beside
from data.rows import Row
from tasks.reporting.corner import Corner

MOST_APART = 5
"""Published figures of other things that are listed beside a score, the highest; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """A score and what was published."""

    new: NewScore
    comparable: Sequence[Beside]
    apart: Sequence[Beside]
    """Figures of other things, each with its reason, ``MOST_APART`` at most."""
    left_out: int
    """Further ones."""

    @property
    def shown(self) -> list[Beside]:
        """Those that are listed, what can be compared first."""
        return [*self.comparable, *self.apart]


def neighbours(corner: Corner, scores: Sequence[Row]) -> list[Neighbours]:
    """The scores of whose benchmark, part and metric others have published something, in their order."""
    editions = _editions(corner)
    found = []
    for row in scores:
        near = [one for one in beside(NewScore.from_row(row, editions.get(row["benchmark"]))) if one.published.metric == row["metric"]]
        comparable, apart = [one for one in near if one.reason is None], [one for one in near if one.reason is not None]
        if near:
            found.append(Neighbours(near[0].new, comparable, apart[:MOST_APART], len(apart[MOST_APART:])))
    return found


def _editions(corner: Corner) -> dict[str, str]:
    """By benchmark the one edition that all its samples are of; none where they do not say, or say several."""
    met: dict[str, set[str | None]] = {}
    for row in corner.ask("select distinct dataset, meta from samples where contains(meta, '\"version\"')"):
        met.setdefault(row["dataset"], set()).add(json.loads(row["meta"]).get("version"))
    return {name: edition for name, (edition, *others) in met.items() if edition is not None and not others}
