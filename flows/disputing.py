"""Disputing: what ``fovea disputes`` says of one evaluation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from data.benchmarks.disputes import Dispute, disputes, place_of
from data.benchmarks.sides import Wanted, find_predictions
from data.store import Store

HEADS = ["item", "category", "protocol", "right", "IoU", "what it read"]
SHOWN_CHARACTERS = 160


def find_disputes(store: Store, reference: str, wanted: Wanted) -> tuple[list[Dispute], int]:
    """The items that the protocols judge differently, and of how many. Raises ``UnknownSideError``."""
    _, rows = find_predictions(store, reference, wanted)
    return disputes(rows), len(set(map(place_of, rows)))


def cells(found: Sequence[Dispute]) -> list[tuple[Any, ...]]:
    """A line for each word on each item, in the order of ``HEADS``."""
    return [
        (one.item, one.category, word.protocol, "yes" if word.correct else "no", word.iou, word.read[:SHOWN_CHARACTERS])
        for one in found
        for word in one.words
    ]


def sentences(found: Sequence[Dispute], items: int, most: int) -> Iterator[str]:
    """How many items are disputed, and by whom."""
    yield f"{len(found)} of {items} items are judged differently{f'; the first {most} are listed' if len(found) > most else ''}."
    pairs: dict[str, int] = {}
    for one in found:
        right = ", ".join(word.protocol for word in one.words if word.correct)
        wrong = ", ".join(word.protocol for word in one.words if not word.correct)
        pairs[f"right by {right}, wrong by {wrong}"] = pairs.get(f"right by {right}, wrong by {wrong}", 0) + 1
    yield from (f"{count}: {said}." for said, count in sorted(pairs.items(), key=lambda pair: -pair[1]))
