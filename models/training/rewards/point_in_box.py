"""Point in box: 1 where the answered point lies in an answer box (ViGoRL, arXiv 2505.23678)."""

from __future__ import annotations

from typing import Literal

from data.benchmarks.compat.vigorl.rewards import point_worth
from data.config import Section
from data.sample import Task
from models.training.context import RewardContext
from models.training.paid import paid
from models.training.rewards.base import register
from models.training.rollout import Group, Parts, Rollout
from models.training.written import Corners, written_box


@register("point_in_box", version=2)
class PointInBox(Section):
    """1 if the point lies in an answer box, edges included, else 0; for ``point`` tasks. None where no box is known."""

    reading: Literal["strict", "vigorl", "vigorl_zoom"] = "strict"
    """How the answer is found: by the dialect, or by the published code, which is the same for one turn and for several."""

    def score(self, group: Group, context: RewardContext) -> list[Parts]:
        if group.sample.task != Task.POINT:
            return [{} for _ in group.rollouts]
        return [{"point_in_box": self._value(rollout, group, context)} for rollout in group.rollouts]

    def _value(self, rollout: Rollout, group: Group, context: RewardContext) -> float | None:
        if self.reading == "strict" or rollout.outcome is None:
            return rollout.outcome
        known = (_literal(written_box(box, context.frames)) for box in group.sample.answer_boxes)
        return max((paid(point_worth, rollout.text, box) for box in known), default=0.0)


def _literal(corners: Corners) -> str:
    """Corners as published targets have them: whole numbers where they are."""
    return str(tuple(int(corner) if corner == int(corner) else corner for corner in corners))
