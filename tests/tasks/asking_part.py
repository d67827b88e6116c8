"""A reward part that asks the judge about every rollout, whatever it said."""

from __future__ import annotations

from data.trace import Answer, Step, Trace
from models.teacher.judge.config import JudgeKind
from models.teacher.judge.judge import JudgeQuestion
from models.training.context import RewardContext
from models.training.rewards import register
from models.training.rollout import Group, Parts


@register("asking")
class Asking:
    """The judge's word on a chain that names the rollout."""

    def questions(self, group: Group, context: RewardContext) -> list[JudgeQuestion]:
        del context
        said = [(rollout.rollout_id, Trace((Step(f"It is {rollout.rollout_id}."),), Answer("left"))) for rollout in group.rollouts]
        return [JudgeQuestion(rollout_id, JudgeKind.CHAIN, group.sample, trace) for rollout_id, trace in said]

    def score(self, group: Group, context: RewardContext) -> list[Parts]:
        return [{"asking": context.word(question).value} for question in self.questions(group, context)]
