"""Reward: a named part of what a rollout is worth.

A reward scores a whole group and gives, for each rollout, its parts: a name and a value, None where the value could not be computed
(the rollout is then masked). A part that does not apply to a sample's task is left out.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from models.training.errors import TrainingError
from models.training.rollout import Group, Parts


@dataclass(frozen=True, slots=True)
class RewardContext:
    """What a reward may know beside the group."""

    seed: int
    """Seed of the training."""


class Reward(Protocol):
    """Scores the rollouts of a group."""

    def score(self, group: Group, context: RewardContext) -> list[Parts]:
        """The parts of each rollout, in order."""
        ...


REWARDS: dict[str, Callable[[], Reward]] = {}
"""Every reward by name; it gives parts of that name."""


def register(name: str) -> Callable[[Callable[[], Reward]], Callable[[], Reward]]:
    """Put a reward in the registry."""

    def add(make: Callable[[], Reward]) -> Callable[[], Reward]:
        REWARDS[name] = make
        return make

    return add


def make_rewards(names: list[str]) -> list[Reward]:
    """The rewards of those names. Raises ``TrainingError`` naming an unknown one and those there are."""
    for name in names:
        if name not in REWARDS:
            raise TrainingError(f"there is no reward part {name!r}; there are {', '.join(sorted(REWARDS))}")
    return [REWARDS[name]() for name in names]


def score_group(rewards: list[Reward], group: Group, context: RewardContext) -> list[Parts]:
    """The parts of all rewards, for each rollout of the group. Raises ``TrainingError`` on a value that is no number."""
    merged: list[dict[str, float | None]] = [{} for _ in group.rollouts]
    for reward in rewards:
        for parts, more in zip(merged, reward.score(group, context), strict=True):
            parts.update(more)
    for rollout, parts in zip(group.rollouts, merged, strict=True):
        wrong = {name: value for name, value in parts.items() if value is not None and not math.isfinite(value)}
        if wrong:
            raise TrainingError(f"rollout {rollout.rollout_id} of sample {group.sample.sample_id} has the reward parts {wrong}")
    return list(merged)
