"""Marks: what of a row is drawn on its images.

Rows are those of the tables ``samples``, ``traces``, ``rollouts`` and ``predictions``, as ``to_pylist`` gives them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from data.drawing import Ink, Mark
from data.sample import Role
from data.trace import PlacedBox, PlacedPoint

Row = Mapping[str, Any]


def sample_marks(sample: Row) -> list[Mark]:
    """The known boxes and points; evidence is dashed."""
    boxes = [Mark(_box(box), Ink.KNOWN, is_dashed=box["role"] == Role.EVIDENCE) for box in sample["boxes"] or ()]
    return boxes + [Mark(_point(point), Ink.KNOWN) for point in sample["points"] or ()]


def trace_marks(trace: Row) -> list[Mark]:
    """Mentions of all steps, numbered, and the answer."""
    mentions = [mention for step in trace["steps"] or () for mention in step["mentions"] or ()]
    return _chain(mentions, trace["answer_boxes"], trace["answer_points"])


def rollout_marks(rollout: Row) -> list[Mark]:
    """Mentions, numbered, and the answer."""
    return _chain(rollout["mentions"], rollout["answer_boxes"], rollout["answer_points"])


def prediction_marks(prediction: Row) -> list[Mark]:
    """The answer."""
    return _chain((), prediction["boxes"], prediction["points"])


def _chain(mentions: Sequence[Row] | None, boxes: Sequence[Row] | None, points: Sequence[Row] | None) -> list[Mark]:
    return [*_answers(boxes, points), *_mentions(mentions or ())]


def _answers(boxes: Sequence[Row] | None, points: Sequence[Row] | None) -> Iterator[Mark]:
    yield from (Mark(_box(box), Ink.MODEL) for box in boxes or ())
    yield from (Mark(_point(point), Ink.MODEL) for point in points or ())


def _mentions(mentions: Sequence[Row]) -> Iterator[Mark]:
    for number, mention in enumerate(mentions, start=1):
        index, label = mention["image_index"], mention["label"]
        if mention["x2"] is None or mention["y2"] is None:
            place: PlacedPoint | PlacedBox = PlacedPoint(mention["x"], mention["y"], index, label)
        else:
            place = PlacedBox(mention["x"], mention["y"], mention["x2"], mention["y2"], index, label)
        yield Mark(place, Ink.MENTION, number)


def _point(point: Row) -> PlacedPoint:
    return PlacedPoint(point["x"], point["y"], point["image_index"], point["label"])


def _box(box: Row) -> PlacedBox:
    return PlacedBox(box["x1"], box["y1"], box["x2"], box["y2"], box["image_index"], box["label"], box["role"])
