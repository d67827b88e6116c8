"""Marks: what of a row is drawn on its images.

Rows are those of the tables ``samples``, ``traces``, ``rollouts`` and ``predictions``, as ``to_pylist`` gives them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from data.drawing import Ink, Mark
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
