"""Curriculum: what is easy first.

The samples stand in a row, easiest first, by their difficulty band or by how an earlier run stood on them. A part of the row is *open*,
and draws are uniform among the open ones. It opens further with every step that is observed, so that after ``pace`` steps all is open;
with a ``target``, only by steps whose mean outcome reached it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from data.identity import digest
from models.training.errors import TrainingError
from models.training.rollout import Draw
from models.training.samplers.base import NOBODY, Candidates, Past, State, check_state, register
from models.training.samplers.choosing import Chooser

ORDER = ("easy", "medium", "hard", "tiny")
"""The bands of drawn scenes (``data.sources.scenes``)."""
CLOSED = -1e6
"""Log weight of the first closed sample: so few draws reach it only when no open one is left."""
GAP = 100.0
"""Between the log weights of closed samples: more than chance can add, so that the easier comes first."""
UNKNOWN = Past(0, 0.5)


@register("curriculum")
class Curriculum:
    """Opens a row of samples, easiest first."""

    def __init__(
        self,
        candidates: Candidates,
        seed: int,
        by: str = "band",
        order: Sequence[str] = ORDER,
        start: float = 0.3,
        pace: int = 100,
        target: float | None = None,
    ) -> None:
        """``by`` is ``band`` or ``past``, ``order`` the bands; ``start`` is the share that is open at first, ``pace`` counts steps."""
        if not 0 < start <= 1 or pace < 1 or (target is not None and not 0 <= target <= 1):
            raise TrainingError(f"curriculum needs 0 < start <= 1, pace >= 1 and a target in [0, 1], not {start}, {pace} and {target}")
        self._chooser = Chooser(candidates.sample_ids, seed)
        ranks = _by_band(candidates, order) if by == "band" else _by_past(candidates, by)
        row = sorted(self._chooser.sample_ids, key=lambda sample_id: (ranks[sample_id], digest(seed, sample_id)))
        self._rank = np.empty(len(row))
        self._rank[[self._chooser.place[sample_id] for sample_id in row]] = np.arange(len(row))
        self._state: State = {"seed": seed, "samples": len(row), "row": digest(row)}
        self._start, self._pace, self._target = start, pace, target
        self._opened = 0

    @property
    def open(self) -> int:
        """How many samples are open."""
        share = self._start + (1 - self._start) * self._opened / self._pace
        return max(1, math.ceil(min(1.0, share) * len(self._rank)))

    def draw(self, n: int, step: int, avoid: frozenset[str] = NOBODY) -> list[Draw]:
        closed = self._rank - self.open
        log_weights = np.where(closed < 0, 0.0, CLOSED - GAP * closed)
        places = self._chooser.by_weight(log_weights, n, self._chooser.chance(step, avoid), avoid)
        weight = len(self._rank) / self.open
        return [Draw(self._chooser.sample_ids[place], weight if closed[place] < 0 else 0.0) for place in places]

    def observe(self, outcomes: Mapping[str, Sequence[float]]) -> None:
        values = [value for sample_id, given in outcomes.items() if sample_id in self._chooser.place for value in given]
        self._opened += self._target is None or (bool(values) and math.fsum(values) / len(values) >= self._target)

    def state_dict(self) -> State:
        return self._state

    def load_state_dict(self, state: State) -> None:
        check_state(self._state, state)

    def metrics(self) -> dict[str, float]:
        return {"sampler/open": self.open / len(self._rank)}


def _by_band(candidates: Candidates, order: Sequence[str]) -> dict[str, float]:
    for sample_id in candidates.sample_ids:
        if candidates.bands.get(sample_id) not in order:
            raise TrainingError(
                f"sample {sample_id} is in the band {candidates.bands.get(sample_id)}, and the curriculum's order is {', '.join(order)}"
            )
    return {sample_id: order.index(str(candidates.bands[sample_id])) for sample_id in candidates.sample_ids}


def _by_past(candidates: Candidates, by: str) -> dict[str, float]:
    """Samples that the earlier run did not draw stand in the middle; few attempts say little."""
    if by != "past" or not candidates.past:
        problem = "which needs sampler.past, a version of difficulty" if by == "past" else "and there are band, past"
        raise TrainingError(f"the curriculum is by {by!r}, {problem}")
    known = {sample_id: candidates.past.get(sample_id, UNKNOWN) for sample_id in candidates.sample_ids}
    return {sample_id: -(past.attempts * past.mean + 1) / (past.attempts + 2) for sample_id, past in known.items()}
