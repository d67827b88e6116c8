"""One-to-one IoU: how well named and known boxes match in pairs, so that a box said twice earns nothing."""

from __future__ import annotations

from data.config import Section
from models.training.boxes import BoxReading, box_figures
from models.training.context import RewardContext
from models.training.rewards.base import register
from models.training.rollout import Group, Parts


@register("one_to_one_iou")
class OneToOneIou(Section):
    """The best matching's sum of IoUs over the larger count, in [0, 1]; where the sample knows boxes, but for the textual stream."""

    reading: BoxReading = "strict"

    def score(self, group: Group, context: RewardContext) -> list[Parts]:
        found = box_figures(group, self.reading, context.frames)
        return [{"one_to_one_iou": figures.one_to_one} for figures in found] or [{} for _ in group.rollouts]
