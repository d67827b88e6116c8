"""Disputing: what ``fovea disputes`` says of one evaluation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from data.benchmarks.disputes import Dispute, disputes, place_of
from data.benchmarks.sides import Wanted, find_predictions
from data.store import Store

HEADS = ["item", "category", "protocol", "right", "IoU", "what it read"]
SHOWN_CHARACTERS = 160


@dataclass(frozen=True)
class Disputed:
    """What protocols disagree on."""

    disputes: Sequence[Dispute]
    items: int
    """How many there are in all."""
    protocols: Sequence[str]


def find_disputes(store: Store, references: Sequence[str], wanted: Wanted) -> Disputed:
    """The items that the protocols judge differently. Raises ``UnknownSideError``."""
    rows = [row for reference in dict.fromkeys(references) for row in find_predictions(store, reference, wanted)[1]]
    return Disputed(disputes(rows), len(set(map(place_of, rows))), sorted({row["protocol"] or "" for row in rows}))


def cells(found: Sequence[Dispute]) -> list[tuple[Any, ...]]:
    """A line for each word on each item, in the order of ``HEADS``."""
    return [
        (one.item, one.category, word.protocol, "yes" if word.correct else "no", word.iou, word.read[:SHOWN_CHARACTERS])
        for one in found
        for word in one.words
    ]


def sentences(found: Disputed, most: int) -> Iterator[str]:
    """How many items are disputed, and by whom."""
    if len(found.protocols) < 2:
        yield f"{found.items} items are judged by {', '.join(found.protocols) or 'no protocol'} alone: nobody is there to differ."
        return
    listed = f"; the first {most} are listed" if len(found.disputes) > most else ""
    yield f"{len(found.disputes)} of {found.items} items are judged differently by {', '.join(found.protocols)}{listed}."
    pairs: dict[str, int] = {}
    for one in found.disputes:
        right = ", ".join(word.protocol for word in one.words if word.correct)
        wrong = ", ".join(word.protocol for word in one.words if not word.correct)
        pairs[f"right by {right}, wrong by {wrong}"] = pairs.get(f"right by {right}, wrong by {wrong}", 0) + 1
    yield from (f"{count}: {said}." for said, count in sorted(pairs.items(), key=lambda pair: -pair[1]))
