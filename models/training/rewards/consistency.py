"""Consistency: whether a textual rollout tells of the images what the best grounded one told (iVGR, arXiv 2605.31096)."""

from __future__ import annotations

from models.teacher.judge.config import JudgeKind
from models.teacher.judge.judge import JudgeQuestion
from models.training.context import RewardContext
from models.training.rewards.base import register
from models.training.rollout import Group, Parts, Rollout, Stream


@register("consistency")
class Consistency:
    """The judge's word, 0, 0.3, 0.7 or 1, on the thoughts beside those of the archive's reference; for the textual stream.

    As published, it is 0 where there is no reference yet, or no thought. Where the judge could not be had the rollout is masked.
    """

    def questions(self, group: Group, context: RewardContext) -> list[JudgeQuestion]:
        """One for each rollout with thoughts, where there is a reference."""
        return [question for rollout in group.rollouts if (question := self._question(rollout, group, context)) is not None]

    def score(self, group: Group, context: RewardContext) -> list[Parts]:
        if group.stream != Stream.TEXTUAL:
            return [{} for _ in group.rollouts]
        return [{"consistency": self._value(rollout, group, context)} for rollout in group.rollouts]

    def _value(self, rollout: Rollout, group: Group, context: RewardContext) -> float | None:
        question = self._question(rollout, group, context)
        return 0.0 if question is None else context.word(question).value

    def _question(self, rollout: Rollout, group: Group, context: RewardContext) -> JudgeQuestion | None:
        trace = rollout.parsed.trace
        if context.reference is None or trace is None or not any(step.thought for step in trace.steps):
            return None
        return JudgeQuestion(rollout.rollout_id, JudgeKind.CONSISTENCY, group.sample, trace, context.reference.trace)
