"""Soft IoU: the overlap of the answered box, without a threshold (UniVG-R1, section 3.3 of its code's reward)."""

from __future__ import annotations

from data.sample import Task
from models.training.context import RewardContext
from models.training.rewards.base import register
from models.training.rollout import Group, Parts


@register("soft_iou")
class SoftIou:
    """Strict IoU in [0, 1]; for ``box`` and ``boxes`` tasks. No box is 0."""

    def score(self, group: Group, context: RewardContext) -> list[Parts]:
        del context
        if group.sample.task not in (Task.BOX, Task.BOXES):
            return [{} for _ in group.rollouts]
        return [{"soft_iou": rollout.score.iou} for rollout in group.rollouts]
