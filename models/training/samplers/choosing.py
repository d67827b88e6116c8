"""Choosing: places of a pool by weights, without replacement, all at once.

By Gumbel top-k: the ``n`` largest of log weight plus Gumbel noise are distributed as ``n`` draws one after the other (Kool et al., arXiv
1903.06059). Gumbel noise is minus the logarithm of an exponential variable.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.intp]


class Chooser:
    """Chooses among samples by their ids; what it chooses follows seed, step and how many the step has drawn."""

    def __init__(self, sample_ids: Sequence[str], seed: int) -> None:
        self.sample_ids = sorted(sample_ids)
        self.place: Mapping[str, int] = {sample_id: place for place, sample_id in enumerate(self.sample_ids)}
        self._seed = seed

    def chance(self, step: int, avoid: frozenset[str]) -> np.random.Generator:
        """The chance of one draw."""
        return np.random.default_rng([self._seed, step, len(avoid)])

    def by_weight(self, log_weights: NDArray[np.float64], n: int, chance: np.random.Generator, avoid: frozenset[str]) -> Places:
        """``n`` places in order of their draw; those avoided, and any a second time, only when all others are drawn."""
        return self.by_key(log_weights - np.log(chance.standard_exponential(len(log_weights))), n, avoid)

    def by_key(self, keys: NDArray[np.float64], n: int, avoid: frozenset[str]) -> Places:
        """The ``n`` places with the largest keys, largest first; beyond the whole pool they come again."""
        first = largest(self._without(keys, avoid), min(n, len(keys) - self._known(avoid)))
        if len(first) == n:
            return first
        every = largest(keys, len(keys))
        rounds = -(-(n - len(first)) // len(every))
        return np.concatenate([first, np.tile(every, rounds)])[:n]

    def _without(self, keys: NDArray[np.float64], avoid: frozenset[str]) -> NDArray[np.float64]:
        if not avoid:
            return keys
        left = keys.copy()
        left[[self.place[one] for one in avoid if one in self.place]] = -np.inf
        return left

    def _known(self, avoid: frozenset[str]) -> int:
        return sum(one in self.place for one in avoid)


def largest(keys: NDArray[np.float64], n: int) -> Places:
    """The places of the ``n`` largest keys, largest first; equal ones in order of place."""
    if n < len(keys):
        bound = np.partition(keys, len(keys) - n)[len(keys) - n] if n else np.inf
        taken = np.flatnonzero(keys >= bound)
    else:
        taken = np.arange(len(keys))
    return taken[np.argsort(-keys[taken], kind="stable")][:n]
