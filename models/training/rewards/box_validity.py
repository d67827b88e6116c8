"""Box validity: whether the boxes of the thoughts are boxes, and none is there twice (iVGR's code)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from data.benchmarks.compat.ivgr_grounded import DUPLICATE_IOU, tight, validity
from data.benchmarks.compat.treebench import named
from data.config import Section
from data.scoring.iou import iou_matrix
from data.trace import PlacedBox
from models.training.boxes import BoxReading, thought_boxes
from models.training.context import RewardContext
from models.training.paid import paid
from models.training.rewards.base import register
from models.training.rollout import Group, Parts, Rollout, Stream
from models.training.written import is_on_image


@register("box_validity", version=2)
class BoxValidity(Section):
    """The share of boxes that are upright, and on their image; 0 where none is named or one overlaps another by an IoU above 0.9."""

    reading: BoxReading = "strict"
    """``ivgr`` counts all tags, the answer's included, as if on one image, does not ask whether they are on it, seeks a repeat of the first
    half of them alone, and reads none where the sample knows no box: 0."""

    def score(self, group: Group, context: RewardContext) -> list[Parts]:
        if group.stream == Stream.TEXTUAL:
            return [{} for _ in group.rollouts]
        return [{"box_validity": self._value(rollout, group, context)} for rollout in group.rollouts]

    def _value(self, rollout: Rollout, group: Group, context: RewardContext) -> float:
        if self.reading == "ivgr":
            return paid(_published, rollout.text) if group.sample.boxes else 0.0
        boxes = thought_boxes(rollout)
        upright = [box for box in boxes if _is_upright(box, context)]
        return 0.0 if not boxes or _has_repeat(upright) else len(upright) / len(boxes)


def _published(text: str) -> float:
    return validity(named(tight(text)))[0]


def _is_upright(box: PlacedBox, context: RewardContext) -> bool:
    ends = ((box.x1, box.y1), (box.x2, box.y2))
    return box.x1 < box.x2 and box.y1 < box.y2 and all(is_on_image(x, y, box.image_index, context.frames) for x, y in ends)


def _has_repeat(boxes: Sequence[PlacedBox]) -> bool:
    corners = np.array([(box.x1, box.y1, box.x2, box.y2) for box in boxes], dtype=float).reshape(-1, 4)
    images = np.array([box.image_index for box in boxes])
    repeats = (iou_matrix(corners, corners) > DUPLICATE_IOU) & (images[:, None] == images)
    return bool(np.triu(repeats, k=1).any())
