"""Gallery: traces, rollouts and predictions with what they point at drawn on their images."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image

from data.cropping import ZoomConfig
from data.drawing import Mark, draw, with_looks
from data.images import png
from data.marks import looks_of, prediction_marks, rollout_marks, sample_marks, trace_marks
from data.rows import Row
from data.store.images import ImageReader
from tasks.reporting.corner import Corner

PNG_BYTES = 40_000
"""A picture that needs more than this as PNG is shown as JPEG."""
JPEG_QUALITY = 82
LONGEST_TEXT = 700
TRACES = """
select t.*, coalesce(v.kept, true) and t.selected is not false as is_good,
  concat_ws(', ', t.method, coalesce(v.reason, split_part(t.left_out, ':', 1), if(t.selected = false, 'another was picked', null))) as note,
  t.method as kind
from traces t left join verdicts v using (trace_id)
qualify row_number() over (partition by t.trace_id order by v.version_id) = 1
"""
ROLLOUTS = """
select *, outcome >= 0.5 as is_good, 'step ' || step || ', reward ' || round(reward, 2) as note, step as kind
from rollouts where step in (select min(step) from rollouts union all select max(step) from rollouts)
qualify row_number() over (partition by step, sample_id, is_good order by rollout_id) = 1
"""
PREDICTIONS = """
select p.*, p.correct as is_good, p.model || coalesce(', IoU ' || round(p.iou, 2), '') as note,
  p.category || coalesce('/' || p.difficulty_band, '') as kind
from predictions p where version_id = (select last(version_id order by model = 'reinforce', run_id) from predictions)
"""
TAKE_TURNS = """
select * from ({rows})
order by row_number() over (partition by kind, is_good order by {key}), kind, is_good desc, {key} limit ?
"""
"""One of each kind, right and wrong, then the next of each."""


@dataclass(frozen=True, slots=True)
class Card:
    """One picture and what is written beside it."""

    id: str
    question: str
    is_good: bool
    note: str
    text: str
    known: str | None
    picture: str
    """A data URL."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Cards of one table."""

    title: str
    good: str
    bad: str
    """What a right and a wrong card are called."""
    cards: list[Card]


class Gallery:
    """Makes cards of rows; it opens the images of the samples they belong to."""

    def __init__(self, corner: Corner, size: int) -> None:
        self._corner = corner
        self._size = size
        self._samples = {row["sample_id"]: row for row in corner.ask("select * from samples")}
        self._images = ImageReader(corner.store)
        self._zoom = _zoom(corner)

    def shelves(self) -> list[Shelf]:
        """The shelves that have cards."""
        shelves = [
            Shelf("Traces of the teacher", "kept", "dropped", list(self._cards(TRACES, "trace_id", trace_marks))),
            Shelf("Rollouts, first and last step", "right", "wrong", list(self._cards(ROLLOUTS, "rollout_id", rollout_marks))),
            Shelf("Predictions of the last model", "right", "wrong", list(self._cards(PREDICTIONS, "prediction_id", prediction_marks))),
        ]
        return [shelf for shelf in shelves if shelf.cards]

    def _cards(self, rows: str, key: str, marks: Callable[[Row], Sequence[Mark]]) -> Iterator[Card]:
        for row in self._corner.ask(TAKE_TURNS.format(rows=rows, key=key), [self._size]):
            sample = self._samples.get(row["sample_id"])
            if sample is not None and all(image_id in self._images for image_id in sample["image_ids"]):
                yield self._card(row, row[key], sample, marks(row))

    def _card(self, row: Row, identity: str, sample: Row, marks: Sequence[Mark]) -> Card:
        images = [self._images.open(image_id) for image_id in sample["image_ids"]]
        picture = with_looks(draw(images, [*sample_marks(sample), *marks]), looks_of(row, images, self._zoom))
        note = row["note"] or ""
        return Card(identity, sample["question"], bool(row["is_good"]), note, text_of(row), sample["answer"], data_url(picture))


def _zoom(corner: Corner) -> ZoomConfig:
    """How the student of the last conversations looks closer; by default where there are none."""
    found = [version.config.get("student") or {} for version in corner.versions("sft")]
    return ZoomConfig.model_validate(found[-1].get("zoom") or {}) if found else ZoomConfig()


def data_url(picture: Image.Image) -> str:
    """The picture inside its own address, as PNG where that is small, else as JPEG."""
    flat, kind = png(picture), "png"
    if len(flat) > PNG_BYTES:
        flat, kind = _jpeg(picture), "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(flat).decode()}"


def _jpeg(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=JPEG_QUALITY)
    return buffer.getvalue()


def text_of(row: Mapping[str, Any]) -> str:
    """What was said, as much of it as a card holds."""
    text = str(row["text"] or row["parse_error"] or row["answer"] or "")
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}..."
