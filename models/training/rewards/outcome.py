"""Outcome: what the scorer says, whatever the task."""

from __future__ import annotations

from models.training.context import RewardContext
from models.training.rewards.base import register
from models.training.rollout import Group, Parts


@register("outcome")
class Outcome:
    """The outcome of ``data.scoring`` in [0, 1]: correct or not for points and choices, IoU for boxes; None where no answer is known."""

    def score(self, group: Group, context: RewardContext) -> list[Parts]:
        del context
        return [{"outcome": rollout.outcome} for rollout in group.rollouts]
