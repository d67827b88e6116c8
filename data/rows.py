"""Rows: samples and traces as rows of their tables, and back."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from typing import Any

from data.identity import Kind, canonical_json, entity_id
from data.sample import Sample, Task
from data.trace import Answer, Mention, PlacedBox, PlacedPoint, Step, Trace, Zoom

Row = dict[str, Any]


def sample_to_row(sample: Sample) -> Row:
    """The row of ``samples``."""
    return dataclasses.asdict(sample) | {"task": str(sample.task), "meta": canonical_json(sample.meta)}


def sample_from_row(row: Mapping[str, Any]) -> Sample:
    """The sample of a row of ``samples``. Raises ``ValueError`` naming the row where its task is none."""
    if row["task"] not in set(Task):
        raise ValueError(f"sample {row['sample_id']} has the task {row['task']!r}; tasks are {', '.join(Task)}")
    return Sample(
        sample_id=row["sample_id"],
        dataset=row["dataset"],
        split=row["split"],
        task=Task(row["task"]),
        image_ids=tuple(row["image_ids"] or ()),
        question=row["question"],
        context=tuple({"role": turn["role"], "text": turn["text"]} for turn in row["context"] or ()),
        choices=tuple(row["choices"] or ()),
        answer=row["answer"],
        points=points_from_rows(row["points"]),
        boxes=boxes_from_rows(row["boxes"]),
        source_space=row["source_space"] or "pixel",
        category=row["category"],
        difficulty_band=row["difficulty_band"],
        meta=json.loads(row["meta"] or "{}"),
    )


def trace_id(row: Mapping[str, Any]) -> str:
    """The id of a trace: where it stands and what it says."""
    names = ("sample_id", "method", "dialect", "candidate", "text")
    return entity_id(Kind.TRACE, *(row.get(name) for name in names), list(row.get("request_ids") or ()))


def trace_to_row(trace: Trace | None, **columns: Any) -> Row:
    """What a trace says as columns of ``traces``; with further columns, a whole row with its ``trace_id``. None says nothing."""
    said = _said(trace) if trace is not None else {"steps": None, "answer": None, "answer_points": None, "answer_boxes": None}
    return said | columns | ({"trace_id": trace_id(columns)} if columns else {})


def trace_from_row(row: Mapping[str, Any]) -> Trace | None:
    """The trace of a row of ``traces``; None where its text could not be read."""
    if row["steps"] is None:
        return None
    return Trace(tuple(step_from_row(step) for step in row["steps"]), answer_from_row(row))


def step_from_row(row: Mapping[str, Any]) -> Step:
    """A step as the tables hold it: an item of ``steps``, or the columns of that name in a row of ``trees``."""
    mentions = tuple(mention_from_row(mention) for mention in row["mentions"] or ())
    return Step(row["thought"] or "", mentions, tuple(Zoom(point) for point in points_from_rows(row["zooms"])))


def answer_from_row(row: Mapping[str, Any]) -> Answer:
    """The answer in the columns of a trace, a rollout or a node."""
    return Answer(row["answer"], points_from_rows(row["answer_points"]), boxes_from_rows(row["answer_boxes"]))


def mention_to_row(mention: Mention) -> Row:
    """A mention as the tables hold it."""
    place = mention.place
    row = {"offset": mention.offset, "image_index": place.image_index, "label": place.label}
    if isinstance(place, PlacedPoint):
        return row | {"x": place.x, "y": place.y, "x2": None, "y2": None}
    return row | {"x": place.x1, "y": place.y1, "x2": place.x2, "y2": place.y2}


def mention_from_row(row: Mapping[str, Any]) -> Mention:
    """A point where ``x2`` is null, else a box."""
    if row["x2"] is None:
        return Mention(row["offset"], PlacedPoint(row["x"], row["y"], row["image_index"], row["label"]))
    return Mention(row["offset"], PlacedBox(row["x"], row["y"], row["x2"], row["y2"], row["image_index"], row["label"]))


def points_from_rows(rows: Iterable[Mapping[str, Any]] | None) -> tuple[PlacedPoint, ...]:
    """Points as the tables hold them; null is none."""
    return tuple(PlacedPoint(row["x"], row["y"], row["image_index"], row["label"]) for row in rows or ())


def boxes_from_rows(rows: Iterable[Mapping[str, Any]] | None) -> tuple[PlacedBox, ...]:
    """Boxes as the tables hold them; null is none."""
    return tuple(PlacedBox(r["x1"], r["y1"], r["x2"], r["y2"], r["image_index"], r["label"], r["role"]) for r in rows or ())


def _said(trace: Trace) -> Row:
    return {
        "steps": [
            {
                "thought": step.thought,
                "mentions": [mention_to_row(mention) for mention in step.mentions],
                "zooms": [dataclasses.asdict(zoom.point) for zoom in step.zooms],
            }
            for step in trace.steps
        ],
        "answer": trace.answer.text,
        "answer_points": [dataclasses.asdict(point) for point in trace.answer.points],
        "answer_boxes": [dataclasses.asdict(box) for box in trace.answer.boxes],
    }
