"""Comparing: what ``fovea compare`` says of two sides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.benchmarks.comparing import Contrast, Flip, Pairing, Side, contrasts, flips, item_of, pair
from data.benchmarks.sides import Wanted, find_side
from data.store import Store
from flows.output import written

Cells = list[tuple[Any, ...]]
HEADS = ["category", "metric", "n", "A", "B", "B - A", "low", "high", "gained", "lost", "p"]
FLIP_HEADS = ["item", "flip", "category", "A says", "B says", "IoU of A", "IoU of B"]
ANSWER_CHARACTERS = 60


@dataclass(frozen=True)
class Comparison:
    """Two sides, what of them could be paired, and a sentence for each benchmark that could not."""

    a: Side
    b: Side
    pairings: Sequence[Pairing]
    refusals: Sequence[str]

    @property
    def flips(self) -> list[tuple[Pairing, Flip]]:
        """All items that flipped, by pairing, the farthest apart first."""
        return [(pairing, flip) for pairing in self.pairings for flip in flips(pairing)]


def compare_sides(store: Store, references: tuple[str, str], wanted: tuple[Wanted, Wanted], *, across: bool = False) -> Comparison:
    """Pairs what the references name. Raises ``ComparingError`` and ``StoreError``."""
    a, b = (find_side(store, reference, one) for reference, one in zip(references, wanted, strict=True))
    return Comparison(a, b, *pair(a, b, across=across))


def contrast_cells(pairing: Pairing, seed: int) -> Cells:
    """A line for each figure of a pairing, in the order of ``HEADS``."""
    return [_line(one) for one in contrasts(pairing, seed)]


def title(pairing: Pairing) -> str:
    """What was paired: ``scenes, strict, grounded``."""
    return ", ".join(pairing.named(place) for place in range(3))


def flip_cells(comparison: Comparison, most: int) -> Cells:
    """A line for each item that flipped, in the order of ``FLIP_HEADS``."""
    return [
        (item_of(flip.a), "gained" if flip.is_gain else "lost", flip.a["category"], *map(said, rows), *(row["iou"] for row in rows))
        for _, flip in comparison.flips[:most]
        for rows in [(flip.a, flip.b)]
    ]


def sentences(comparison: Comparison, most: int) -> Iterator[str]:
    """What is different beside the answers, what was left out, and how many items flipped."""
    for pairing in comparison.pairings:
        yield from pairing.notes
        for name, count in (("A", pairing.only_a), ("B", pairing.only_b)):
            if count:
                yield f"left out: {count} items of {pairing.named(0)}, which only {name} answers"
    for refusal in comparison.refusals:
        yield f"not compared: {refusal}"
    found = len(comparison.flips)
    yield f"{found} items flipped" + (f"; {most} are listed" if 0 < most < found else "")


def write_page(store: Store, comparison: Comparison, path: Path, most: int, seed: int) -> int:
    """Write a page with the figures and the flips with their pictures; returns how many items it shows. Raises ``OutputError``."""
    from tasks.reporting.flips import render_flips

    shown = comparison.flips[:most]
    lines = [
        {"title": title(pairing)} | dict(zip(HEADS, line, strict=True))
        for pairing in comparison.pairings
        for line in contrast_cells(pairing, seed)
    ]
    names = (comparison.a.name, comparison.b.name)
    page = render_flips(store, names, lines, list(sentences(comparison, most)), [flip for _, flip in shown])
    with written(path) as part:
        part.write_text(page)
    return len(shown)


def said(row: Any) -> str:
    """The answer of a prediction, in pixels where it is a place; in place of one that could not be read, why."""
    places = [f"({point['x']:.0f}, {point['y']:.0f})" for point in row["points"] or ()]
    places += ["[" + ", ".join(f"{box[name]:.0f}" for name in ("x1", "y1", "x2", "y2")) + "]" for box in row["boxes"] or ()]
    text = " ".join((row["answer"] or " ".join(places) or row["parse_error"] or "").split())
    return text if len(text) <= ANSWER_CHARACTERS else f"{text[: ANSWER_CHARACTERS - 3]}..."


def _line(one: Contrast) -> tuple[Any, ...]:
    change = one.difference
    return (one.category, str(one.metric), change.n, one.a, one.b, change.value, change.low, change.high, one.gained, one.lost, one.p)
