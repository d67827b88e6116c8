"""Point in box: 1 where the answered point lies in an answer box."""

from __future__ import annotations

from data.sample import Task
from models.training.context import RewardContext
from models.training.rewards.base import register
from models.training.rollout import Group, Parts


@register("point_in_box")
class PointInBox:
    """1 if the point lies in an answer box, else 0; for ``point`` tasks."""

    def score(self, group: Group, context: RewardContext) -> list[Parts]:
        del context
        if group.sample.task != Task.POINT:
            return [{} for _ in group.rollouts]
        return [{"point_in_box": rollout.outcome} for rollout in group.rollouts]
