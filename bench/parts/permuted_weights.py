"""Plugin: the weights of a step's groups change hands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import wraps

import numpy as np

from models.training.judge import Judge, JudgedGroup

Together = Callable[[Judge, Sequence[JudgedGroup]], list[JudgedGroup]]


def with_permuted(together: Together) -> Together:
    """The method with the weights of groups permuted among them."""

    @wraps(together)
    def permuted(self: Judge, judged: Sequence[JudgedGroup]) -> list[JudgedGroup]:
        found = together(self, judged)
        order = np.random.default_rng(found[0].group.step if found else 0).permutation(len(found))
        weights = [found[place].loss_weight for place in order]
        return [replace(one, loss_weight=weight) for one, weight in zip(found, weights, strict=True)]

    return permuted


setattr(Judge, "together", with_permuted(Judge.together))  # noqa: B010
