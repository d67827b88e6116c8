"""One-to-one IoU: how well named and known boxes match in pairs, so that a box said twice earns nothing."""

from __future__ import annotations

from data.config import Section
from data.scoring.dual import dual_iou
from models.training.boxes import BoxReading, known_boxes, named_boxes
from models.training.context import RewardContext
from models.training.rewards.base import register
from models.training.rollout import Group, Parts, Stream


@register("one_to_one_iou")
class OneToOneIou(Section):
    """The best matching's sum of IoUs over the larger count, in [0, 1]; where the sample knows boxes, but for the textual stream."""

    reading: BoxReading = "strict"

    def score(self, group: Group, context: RewardContext) -> list[Parts]:
        known = known_boxes(group.sample, self.reading, context.frames)
        if not known or group.stream == Stream.TEXTUAL:
            return [{} for _ in group.rollouts]
        found = (dual_iou(named_boxes(rollout, self.reading), known) for rollout in group.rollouts)
        return [{"one_to_one_iou": dual.one_to_one} for dual in found if dual is not None]
