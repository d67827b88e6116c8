"""Flips: a page with what two models say to the items that only one of them answers rightly, drawn on their images."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from data.benchmarks.comparing import Flip, item_of
from data.catalog import connect
from data.drawing import draw, with_looks
from data.marks import looks_of_turns, prediction_marks, sample_marks
from data.rows import Row
from data.store import Store
from data.store.images import ImageReader
from tasks.reporting.gallery import data_url, text_of
from tasks.reporting.page import environment

TEMPLATE = "flips.html.j2"


@dataclass(frozen=True, slots=True)
class Side:
    """What one side says to an item."""

    is_right: bool
    iou: float | None
    text: str
    picture: str | None
    """A data URL; None where the store does not hold the item's images."""
    id: str


@dataclass(frozen=True, slots=True)
class Card:
    """An item and what both sides say to it."""

    item: str
    question: str | None
    known: str | None
    category: str | None
    is_gain: bool
    sides: tuple[Side, Side]


def render_flips(store: Store, names: tuple[str, str], lines: list[dict[str, Any]], sentences: list[str], flips: Sequence[Flip]) -> str:
    """The page; ``lines`` are the figures of the two, as ``fovea compare`` prints them."""
    content = {"names": names, "lines": lines, "sentences": sentences, "cards": list(_cards(store, flips))}
    return environment().get_template(TEMPLATE).render(content)


def _cards(store: Store, flips: Sequence[Flip]) -> Iterator[Card]:
    samples, images = _samples(store, [flip.a["sample_id"] for flip in flips]), ImageReader(store)
    for flip in flips:
        sample = samples.get(flip.a["sample_id"])
        sides = (_side(flip.a, sample, images), _side(flip.b, sample, images))
        known = sample or {"question": None, "answer": None}
        yield Card(item_of(flip.a), known["question"], known["answer"], flip.a["category"], flip.is_gain, sides)


def _samples(store: Store, sample_ids: Sequence[str]) -> dict[str, Row]:
    with connect(store) as catalog:
        rows = catalog.arrow("select * from samples where sample_id in (select unnest(?::varchar[]))", [list(sample_ids)])
    return {row["sample_id"]: row for row in rows.to_pylist()}


def _side(row: Mapping[str, Any], sample: Row | None, images: ImageReader) -> Side:
    return Side(bool(row["correct"]), row["iou"], text_of(row), _picture(row, sample, images), row["prediction_id"])


def _picture(row: Mapping[str, Any], sample: Row | None, images: ImageReader) -> str | None:
    if sample is None or not all(image_id in images for image_id in sample["image_ids"]):
        return None
    picture = draw([images.open(image_id) for image_id in sample["image_ids"]], [*sample_marks(sample), *prediction_marks(row)])
    shown = sorted({turn["image_id"] for turn in row["turns"] or () if turn["crop"]})
    return data_url(with_looks(picture, looks_of_turns(row, {image_id: images.open(image_id) for image_id in shown})))
