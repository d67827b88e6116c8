"""Disputes: items of one evaluation that its protocols judge differently, and what each of them read.

A protocol's *reading* is the box, point or answer that it took from the text, in the numbers it judges: those of the text for a compat
protocol, pixels of the stored image for the strict one. Why readings differ shows in where they stand: in the thoughts, in the answer, or
nowhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from data.benchmarks.benchmark import STRICT
from data.benchmarks.comparing import item_of
from data.rows import Row

READ = ("box", "extracted", "point", "answer", "prediction")
"""Names of scores that say what a protocol read, the most telling first."""
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
ANSWER, ANSWERED = "<answer>", "</answer>"


@dataclass(frozen=True, slots=True)
class Word:
    """What one protocol says of one item."""

    protocol: str
    correct: bool
    iou: float | None
    read: str
    """What it read, for example ``[0, 0, 50, 50] (before the answer)``; or why it read nothing."""


@dataclass(frozen=True, slots=True)
class Dispute:
    """One item on which protocols disagree."""

    benchmark: str
    mode: str
    item: str
    category: str | None
    text: str
    words: tuple[Word, ...]


def disputes(predictions: Sequence[Row]) -> list[Dispute]:
    """The items of one evaluation that some protocols call right and others wrong, in the order of their ids."""
    items: dict[tuple[str, str, str], list[Row]] = {}
    for row in predictions:
        items.setdefault(place_of(row), []).append(row)
    return [
        Dispute(*item, rows[0]["category"], rows[0]["text"] or "", tuple(map(_word, rows)))
        for item, rows in sorted(items.items())
        if len({bool(row["correct"]) for row in rows}) > 1
    ]


def place_of(row: Row) -> tuple[str, str, str]:
    """The benchmark, the mode and the item that an answer belongs to, each empty where it is not known."""
    return row["benchmark"] or "", row["mode"] or "", item_of(row)


def _word(row: Row) -> Word:
    return Word(row["protocol"] or "", bool(row["correct"]), row["iou"], _reading(row))


def _reading(row: Row) -> str:
    if row["protocol"] == STRICT:
        return "; ".join(_strictly(row)) or row["parse_error"] or "nothing"
    if row["parse_error"]:
        return str(row["parse_error"])
    detail: dict[str, Any] = json.loads(row["detail"] or "{}")
    told = [detail[name] for name in READ if name in detail]
    found = next((one for one in told if one not in (None, [])), None)
    if found is None:
        return "nothing" if told else "not told"
    places = _places(found, row["text"] or "")
    if not places and isinstance(found, list) and not any(found):
        return "nothing"
    return f"{json.dumps(found)} ({' and '.join(places)})" if places else json.dumps(found)


def _strictly(row: Row) -> Iterator[str]:
    for box in row["boxes"] or ():
        yield f"[{box['x1']:g}, {box['y1']:g}, {box['x2']:g}, {box['y2']:g}] px of image {box['image_index'] + 1}"
    for point in row["points"] or ():
        yield f"({point['x']:g}, {point['y']:g}) px of image {point['image_index'] + 1}"
    if row["answer"]:
        yield str(row["answer"])


def _places(found: Any, text: str) -> list[str]:
    """Where the numbers that were read stand in the text; none where they stand nowhere, for example because they were scaled."""
    numbers = [float(number) for number in NUMBER.findall(json.dumps(found))][:4]
    written = [(float(match[0]), match.start()) for match in NUMBER.finditer(text)]
    values = [value for value, _ in written]
    starts = (at for at in range(len(values) - len(numbers) + 1) if values[at : at + len(numbers)] == numbers)
    return list(dict.fromkeys(_part(text[: written[at][1]]) for at in starts)) if numbers and ANSWER in text else []


def _part(before: str) -> str:
    """The part of a text that begins behind ``before``."""
    if ANSWER not in before:
        return "before the answer"
    return "behind the answer" if ANSWERED in before.rpartition(ANSWER)[2] else "in the answer"
