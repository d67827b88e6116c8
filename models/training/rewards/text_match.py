"""Text match: 1 where the known text is said."""

from __future__ import annotations

from typing import Literal

from data.benchmarks.compat import vigorl, vigorl_zoom
from data.config import Section
from data.sample import Task
from models.training.context import RewardContext
from models.training.rewards.base import register
from models.training.rollout import Group, Parts, Rollout


@register("text_match")
class TextMatch(Section):
    """1 if the answer is the known text, else 0; for ``text`` tasks. None where it is not known."""

    reading: Literal["strict", "vigorl", "vigorl_zoom"] = "strict"
    """``strict`` is equality up to case and white space; the others are as in ``choice_match``."""

    def score(self, group: Group, context: RewardContext) -> list[Parts]:
        del context
        if group.sample.task != Task.TEXT:
            return [{} for _ in group.rollouts]
        return [{"text_match": self._value(rollout, group.sample.answer or "")} for rollout in group.rollouts]

    def _value(self, rollout: Rollout, known: str) -> float | None:
        if self.reading == "strict" or rollout.outcome is None:
            return rollout.outcome
        if self.reading == "vigorl":
            return float(vigorl.is_choice(vigorl.answer_text(rollout.text), known))
        return float(vigorl_zoom.is_text(vigorl_zoom.answer_text(rollout.text), known))
