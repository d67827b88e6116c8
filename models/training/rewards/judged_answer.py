"""Judged answer: whether the answer says what the known one says, by the judge's word (iVGR, arXiv 2605.31096)."""

from __future__ import annotations

from models.teacher.judge.config import JudgeKind
from models.teacher.judge.judge import JudgeQuestion
from models.training.context import RewardContext
from models.training.rewards.base import register
from models.training.rollout import Group, Parts, Rollout


@register("judged_answer")
class JudgedAnswer:
    """1 or 0; what the strict scorer calls right is right unasked, and a text that cannot be read is wrong. None where no answer is known.

    A judge that could not be had masks the rollout. The outcome stays the strict scorer's.
    """

    compares = False
    """It looks at the sample's own answer, and needs no archive."""

    def questions(self, group: Group, context: RewardContext) -> list[JudgeQuestion]:
        """One for each rollout that could be read."""
        del context
        return [question for rollout in group.rollouts if (question := _question(rollout, group)) is not None]

    def score(self, group: Group, context: RewardContext) -> list[Parts]:
        return [{"judged_answer": self._value(rollout, group, context)} for rollout in group.rollouts]

    def _value(self, rollout: Rollout, group: Group, context: RewardContext) -> float | None:
        question = _question(rollout, group)
        if question is None:
            return None if rollout.outcome is None else 0.0
        return context.word(question).value


def _question(rollout: Rollout, group: Group) -> JudgeQuestion | None:
    trace = rollout.parsed.trace
    return None if trace is None else JudgeQuestion(rollout.rollout_id, JudgeKind.ANSWER, group.sample, trace)
