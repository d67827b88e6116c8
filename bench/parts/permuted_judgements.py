"""Plugin: what the judge said of a group's rollouts changes hands among them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import numpy as np

from models.training.context import Words
from models.training.judge import Judge
from models.training.rollout import Group


def permuted(groups: Sequence[Group], words: Words) -> Words:
    """The words on each group's rollouts, in another order."""
    found = dict(words)
    for group in groups:
        ids = {rollout.rollout_id for rollout in group.rollouts}
        keys = [key for key in words if key[0] in ids]
        order = np.random.default_rng([group.step, group.ordinal]).permutation(len(keys))
        found |= {key: words[keys[place]] for key, place in zip(keys, order, strict=True)}
    return found


def with_permuted(judge: Callable[..., Any]) -> Callable[..., Any]:
    """The method with other words."""

    @wraps(judge)
    def judged(self: Judge, groups: Sequence[Group], references: Any = None, words: Words | None = None) -> Any:
        return judge(self, groups, references, permuted(groups, words or {}))

    return judged


setattr(Judge, "judge", with_permuted(Judge.judge))  # noqa: B010
