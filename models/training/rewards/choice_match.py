"""Choice match: 1 where the answered text is the known one."""

from __future__ import annotations

from data.sample import Task
from models.training.context import RewardContext
from models.training.rewards.base import register
from models.training.rollout import Group, Parts


@register("choice_match")
class ChoiceMatch:
    """1 if the answer is the right choice or text, else 0; for ``choice`` and ``text`` tasks."""

    def score(self, group: Group, context: RewardContext) -> list[Parts]:
        del context
        if group.sample.task not in (Task.CHOICE, Task.TEXT):
            return [{} for _ in group.rollouts]
        return [{"choice_match": rollout.outcome} for rollout in group.rollouts]
