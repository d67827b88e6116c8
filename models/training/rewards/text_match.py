"""Text match: 1 where the known text is said."""

from __future__ import annotations

from data.config import Section
from data.sample import Task
from models.training.context import RewardContext
from models.training.rewards.base import register
from models.training.rollout import Group, Parts
from models.training.said import TextReading, is_said


@register("text_match", version=2)
class TextMatch(Section):
    """1 if the answer is the known text, else 0; for ``text`` tasks. None where it is not known."""

    reading: TextReading = "strict"
    """``strict`` is equality up to case and white space; the others are as in ``choice_match``."""

    def score(self, group: Group, context: RewardContext) -> list[Parts]:
        del context
        if group.sample.task != Task.TEXT:
            return [{} for _ in group.rollouts]
        return [{"text_match": is_said(rollout, group.sample.answer, self.reading)} for rollout in group.rollouts]
