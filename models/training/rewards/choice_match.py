"""Choice match: 1 where the right choice is named."""

from __future__ import annotations

from data.config import Section
from data.sample import Task
from models.training.context import RewardContext
from models.training.rewards.base import register
from models.training.rollout import Group, Parts
from models.training.said import TextReading, is_said


@register("choice_match", version=2)
class ChoiceMatch(Section):
    """1 if the answer is the right choice, else 0; for ``choice`` tasks. None where it is not known."""

    reading: TextReading = "strict"
    """``strict`` takes the choice's text, its letter, or both; ``vigorl`` the text, in lower case and after a letter with a dot or bracket;
    ``vigorl_zoom`` the text alone."""

    def score(self, group: Group, context: RewardContext) -> list[Parts]:
        del context
        if group.sample.task != Task.CHOICE:
            return [{} for _ in group.rollouts]
        return [{"choice_match": is_said(rollout, group.sample.answer, self.reading)} for rollout in group.rollouts]
