"""Dual IoU: how well the boxes that are named fit those that are known, both ways (TreeVGR; iVGR, arXiv 2605.31096)."""

from __future__ import annotations

from data.config import Section
from data.scoring.dual import dual_iou
from models.training.boxes import BoxReading, known_boxes, named_boxes
from models.training.context import RewardContext
from models.training.rewards.base import register
from models.training.rollout import Group, Parts, Stream


@register("dual_iou")
class DualIou(Section):
    """The mean of recall and precision by the best IoU of each box, in [0, 1]; where the sample knows boxes, but for the textual stream.

    Several named boxes may claim one known box.
    """

    reading: BoxReading = "strict"

    def score(self, group: Group, context: RewardContext) -> list[Parts]:
        known = known_boxes(group.sample, self.reading, context.frames)
        if not known or group.stream == Stream.TEXTUAL:
            return [{} for _ in group.rollouts]
        found = (dual_iou(named_boxes(rollout, self.reading), known) for rollout in group.rollouts)
        return [{"dual_iou": dual.mean} for dual in found if dual is not None]
