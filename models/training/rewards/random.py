"""Random: a control that knows nothing of the answer."""

from __future__ import annotations

from data.identity import digest
from models.training.context import RewardContext
from models.training.rewards.base import register
from models.training.rollout import Group, Parts

DIGITS = 13
"""Hexadecimal digits that a float holds exactly."""


@register("random")
class Random:
    """Uniform in [0, 1), from the seed and the place of the rollout alone."""

    def score(self, group: Group, context: RewardContext) -> list[Parts]:
        return [{"random": self._draw(context.seed, group.step, group.ordinal, rollout.index)} for rollout in group.rollouts]

    def _draw(self, *place: int) -> float:
        return int(digest("random", *place)[:DIGITS], 16) / float(16**DIGITS)
