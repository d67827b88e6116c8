"""Marks: what of a row is drawn on its images.

Rows are those of the tables ``samples``, ``traces``, ``rollouts`` and ``predictions``, as ``to_pylist`` gives them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from PIL import Image

from data.cropping import ZoomConfig, crop_image
from data.dialects.places import center, is_outside
from data.drawing import Ink, Look, Mark
from data.rows import boxes_from_rows, mention_from_row, points_from_rows
from data.sample import Role
from data.trace import PlacedBox, PlacedPoint

Row = Mapping[str, Any]


def sample_marks(sample: Row) -> list[Mark]:
    """The known boxes and points; evidence is dashed."""
    boxes = [Mark(box, Ink.KNOWN, is_dashed=box.role == Role.EVIDENCE) for box in boxes_from_rows(sample["boxes"])]
    return boxes + [Mark(point, Ink.KNOWN) for point in points_from_rows(sample["points"])]


def trace_marks(trace: Row) -> list[Mark]:
    """Mentions of all steps, numbered, and the answer."""
    mentions = [mention for step in trace["steps"] or () for mention in step["mentions"] or ()]
    return _chain(mentions, trace["answer_boxes"], trace["answer_points"])


def looks_of(trace: Row, images: Sequence[Image.Image], config: ZoomConfig) -> list[Look]:
    """What the steps of a row look at, in order, each with the number of the place it is about; looks off their image are left out."""
    named: list[PlacedPoint] = []
    looks: list[Look] = []
    for step in trace.get("steps") or ():
        named += [replace(center(mention_from_row(row).place), label=None) for row in step["mentions"] or ()]
        for point in points_from_rows(step["zooms"]):
            image = images[point.image_index] if point.image_index < len(images) else None
            if image is not None and not is_outside(point, *image.size):
                number = named.index(point) + 1 if point in named else None
                looks.append(Look(crop_image(image, point.x, point.y, config), number))
    return looks


def looks_of_turns(row: Row, images: Mapping[str, Image.Image]) -> list[Look]:
    """What the turns of a rollout or prediction show closer, in order, each with the number of the place it is about."""
    named = [replace(center(mention_from_row(mention).place), label=None) for mention in row.get("mentions") or ()]
    looks: list[Look] = []
    for turn in row["turns"] or ():
        image = images.get(turn["image_id"] or "")
        if turn["crop"] and image is not None:
            left, top, right, bottom = turn["crop"]
            point = next(iter(points_from_rows(turn["points"])), None)
            looks.append(Look(image.crop((left, top, right, bottom)), named.index(point) + 1 if point in named else None))
    return looks


def rollout_marks(rollout: Row) -> list[Mark]:
    """Mentions, numbered, and the answer."""
    return _chain(rollout["mentions"], rollout["answer_boxes"], rollout["answer_points"])


def prediction_marks(prediction: Row) -> list[Mark]:
    """The answer."""
    return _chain((), prediction["boxes"], prediction["points"])


def _chain(mentions: Sequence[Row] | None, boxes: Sequence[Row] | None, points: Sequence[Row] | None) -> list[Mark]:
    places: list[PlacedBox | PlacedPoint] = [*boxes_from_rows(boxes), *points_from_rows(points)]
    answers = [Mark(place, Ink.MODEL) for place in places]
    named = [Mark(mention_from_row(row).place, Ink.MENTION, number) for number, row in enumerate(mentions or (), start=1)]
    return answers + named
