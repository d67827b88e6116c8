"""Dual IoU: how well the boxes that are named fit those that are known, both ways (TreeVGR; iVGR, arXiv 2605.31096)."""

from __future__ import annotations

from data.config import Section
from models.training.boxes import BoxReading, box_figures
from models.training.context import RewardContext
from models.training.rewards.base import register
from models.training.rollout import Group, Parts


@register("dual_iou")
class DualIou(Section):
    """The mean of recall and precision by the best IoU of each box, in [0, 1]; where the sample knows boxes, but for the textual stream.

    Several named boxes may claim one known box.
    """

    reading: BoxReading = "strict"

    def score(self, group: Group, context: RewardContext) -> list[Parts]:
        found = box_figures(group, self.reading, context.frames)
        return [{"dual_iou": figures.mean} for figures in found] or [{} for _ in group.rollouts]
