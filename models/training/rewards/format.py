"""Format: 1 where the text parses in the student's dialect."""

from __future__ import annotations

from models.training.context import RewardContext
from models.training.rewards.base import register
from models.training.rollout import Group, Parts


@register("format")
class Format:
    """1 if the dialect reads the text without an error, else 0."""

    def score(self, group: Group, context: RewardContext) -> list[Parts]:
        del context
        return [{"format": float(rollout.parsed.trace is not None and rollout.parsed.error is None)} for rollout in group.rollouts]
