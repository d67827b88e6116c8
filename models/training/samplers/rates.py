"""Rates: how often the policy solves each sample, as far as is known: a Beta distribution over the rate of success.

It starts from pseudo-counts and from what an earlier run knew, and every outcome adds to it. What is old counts less by ``decay`` from step
to step. ``memory`` is the number of attempts that a rate rests on at most: beyond it, old and new outcomes alike count for a part of one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from models.training.errors import TrainingError
from models.training.samplers.base import Past
from models.training.samplers.choosing import Places

Reals = NDArray[np.float64]
ALL = slice(None)


class Rates:
    """A Beta distribution for each place of a pool."""

    def __init__(
        self,
        place: Mapping[str, int],
        past: Mapping[str, Past],
        prior: tuple[float, float] = (1.0, 1.0),
        memory: float = 32.0,
        decay: float = 1.0,
        trust: float = 8.0,
    ) -> None:
        """``trust`` is the number of attempts that an earlier run's standing counts for at most."""
        if len(prior) != 2 or min(prior) <= 0 or memory <= 0 or not 0 < decay <= 1 or trust < 0:
            raise TrainingError(
                f"rates need two positive prior counts, memory > 0, 0 < decay <= 1 and trust >= 0, "
                f"not {list(prior)}, {memory}, {decay} and {trust}"
            )
        self._place, self._prior, self._memory, self._decay = place, prior, memory, decay
        self.attempts, self.solved = np.zeros(len(place)), np.zeros(len(place))
        for sample_id in past.keys() & place.keys():
            known = past[sample_id]
            self.attempts[place[sample_id]] = min(known.attempts, trust)
            self.solved[place[sample_id]] = min(known.attempts, trust) * known.mean

    def observe(self, outcomes: Mapping[str, Sequence[float]]) -> Places:
        """Add the outcomes of one step; returns the places whose distributions changed."""
        given = {self._place[sample_id]: values for sample_id, values in outcomes.items() if sample_id in self._place}
        if self._decay < 1:
            self.attempts *= self._decay
            self.solved *= self._decay
        for place, values in given.items():
            self.attempts[place] += len(values)
            self.solved[place] += sum(values)
        return np.flatnonzero(self.attempts) if self._decay < 1 else np.array(sorted(given), dtype=np.intp)

    def beta(self, places: Places | slice = ALL) -> tuple[Reals, Reals]:
        """Both counts of the distributions at some places, the prior's included."""
        attempts, solved = self.attempts[places], self.solved[places]
        share = np.minimum(1.0, self._memory / np.maximum(attempts, 1.0))
        return self._prior[0] + share * solved, self._prior[1] + share * (attempts - solved)

    def seen(self) -> float:
        """Share of the pool of which anything is known."""
        return float((self.attempts > 0).mean())
