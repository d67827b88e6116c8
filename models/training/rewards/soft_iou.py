"""Soft IoU: the overlap of the answered box, without a threshold (UniVG-R1, arXiv 2505.14231)."""

from __future__ import annotations

from typing import Literal

import numpy as np

from data.benchmarks.compat import univg_reward
from data.benchmarks.compat.rec import iou
from data.benchmarks.compat.tags import first
from data.config import Section
from data.sample import Task
from data.scoring import iou_matrix
from models.training.context import RewardContext
from models.training.paid import paid
from models.training.rewards.base import register
from models.training.rollout import Group, Parts, Rollout
from models.training.written import Corners, written_box


@register("soft_iou", version=2)
class SoftIou(Section):
    """IoU in [0, 1], the best where several boxes are known; for ``box`` and ``boxes`` tasks. No box is 0, and none known is None."""

    reading: Literal["strict", "univg"] = "strict"
    """How the answer is found: by the dialect, or as the first box of the first answer block."""
    legacy_gt1: bool = False
    """Whether an overlap no wider or higher than 1 in the policy's own units counts as none, as published; for ``box`` tasks."""

    def score(self, group: Group, context: RewardContext) -> list[Parts]:
        if group.sample.task not in (Task.BOX, Task.BOXES):
            return [{} for _ in group.rollouts]
        return [{"soft_iou": self._value(rollout, group, context)} for rollout in group.rollouts]

    def _value(self, rollout: Rollout, group: Group, context: RewardContext) -> float | None:
        is_plain = self.reading == "strict" and not self.legacy_gt1
        if is_plain or group.sample.task == Task.BOXES or rollout.outcome is None:
            return rollout.score.iou
        known = [written_box(box, context.frames) for box in group.sample.answer_boxes]
        return max((paid(self._overlap, rollout, box, context) for box in known), default=0.0)

    def _overlap(self, rollout: Rollout, known: Corners, context: RewardContext) -> float:
        said = univg_reward.box(first(rollout.text, "answer")) if self.reading == "univg" else self._answered(rollout, context)
        if said is None:
            return 0.0
        if self.legacy_gt1:
            return iou(said, known)
        return float(iou_matrix(np.array([said], dtype=float), np.array([known], dtype=float))[0, 0])

    def _answered(self, rollout: Rollout, context: RewardContext) -> Corners | None:
        if not rollout.score.iou or rollout.parsed.trace is None:
            return None
        return written_box(rollout.parsed.trace.answer.boxes[0], context.frames)
