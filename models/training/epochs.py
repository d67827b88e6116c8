"""Epochs: seeded permutations of a number of things, one after another.

Which thing stands at a position is a function of the seed and the number alone, so a position is all that a resumed training needs.
"""

from __future__ import annotations

import numpy as np

HELD = 2
"""Epochs kept in memory: a step may end one and begin the next."""


class Epochs:
    """An endless order in which every one of ``size`` things stands once per epoch."""

    def __init__(self, size: int, seed: int) -> None:
        self.size, self._seed = size, seed
        self._held: dict[int, list[int]] = {}

    def at(self, position: int) -> int:
        """The number of the thing at a position; both count from 0."""
        epoch, offset = divmod(position, self.size)
        if epoch not in self._held:
            self._held = dict(list(self._held.items())[1 - HELD :])
            self._held[epoch] = np.random.default_rng([self._seed, epoch]).permutation(self.size).tolist()
        return self._held[epoch][offset]
