"""Box validity: whether the boxes of the thoughts are boxes, and none is there twice (iVGR's code)."""

from __future__ import annotations

from data.benchmarks.compat import ivgr
from data.benchmarks.compat.digits import Numbers
from data.config import Section
from data.trace import PlacedBox
from models.training.boxes import BoxReading, thought_boxes
from models.training.context import RewardContext
from models.training.rewards.base import register
from models.training.rollout import Group, Parts, Rollout, Stream
from models.training.written import is_on_image


@register("box_validity")
class BoxValidity(Section):
    """The share of boxes that are upright, and on their image; 0 where none is named or one overlaps another by an IoU above 0.9."""

    reading: BoxReading = "strict"
    """``ivgr`` counts all tags, the answer's included, and does not ask whether they are on the image."""
    first_half_only: bool = False
    """Whether only boxes of the first half, rounded down, are held against the others, as published."""

    def score(self, group: Group, context: RewardContext) -> list[Parts]:
        if group.stream == Stream.TEXTUAL:
            return [{} for _ in group.rollouts]
        return [{"box_validity": self._value(rollout, context)} for rollout in group.rollouts]

    def _value(self, rollout: Rollout, context: RewardContext) -> float:
        if self.reading == "ivgr":
            return ivgr.validity([ivgr.boxes(rollout.text)], self.first_half_only)
        named = thought_boxes(rollout)
        images = {box.image_index for box in named}
        return ivgr.validity(
            [[self._upright(box, context) for box in named if box.image_index == image] for image in images], self.first_half_only
        )

    def _upright(self, box: PlacedBox, context: RewardContext) -> Numbers | None:
        ends = ((box.x1, box.y1), (box.x2, box.y2))
        is_box = box.x1 < box.x2 and box.y1 < box.y2 and all(is_on_image(x, y, box.image_index, context.frames) for x, y in ends)
        return (box.x1, box.y1, box.x2, box.y2) if is_box else None
