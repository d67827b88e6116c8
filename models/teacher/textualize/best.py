"""Best: the grounded chain of a sample that others are held to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from data.rows import Row, trace_from_row
from data.sample import Sample
from data.scoring import placed_iou, point_hits, score_answer
from data.trace import PlacedBox, PlacedPoint, Trace


class Chain(NamedTuple):
    """A row of ``traces`` and what it says."""

    row: Row
    trace: Trace


def best_chain(sample: Sample, rows: Iterable[Mapping[str, Any]], sizes: Sequence[tuple[float, float]]) -> Chain | None:
    """The best of the selected chains that are readable, name a place and are not known to be wrong; None where there is none.

    A right answer comes before one of which nothing is known; then the chain whose places meet the evidence best, then the one with the
    fewest characters, then the first. ``sizes`` are the images' widths and heights in pixels.
    """
    ranked = []
    for number, row in enumerate(rows):
        trace = trace_from_row(row)
        is_taken = row.get("selected") is not False and row["parse_error"] is None
        if trace is None or not trace.mentions or not is_taken:
            continue
        is_correct = score_answer(sample, trace.answer, sizes).correct
        if is_correct is not False:
            ranked.append((not is_correct, -_met(sample, trace), _characters(trace), number, Chain(dict(row), trace)))
    return min(ranked, key=lambda one: one[:-1])[-1] if ranked else None


def _met(sample: Sample, trace: Trace) -> float:
    """How well the places named meet evidence boxes, or any known box where there is no evidence: their mean, in [0, 1]."""
    known = sample.evidence_boxes or sample.boxes
    met = [_meets(mention.place, known) for mention in trace.mentions]
    return sum(met) / len(met) if met else 0.0


def _meets(place: PlacedPoint | PlacedBox, known: Sequence[PlacedBox]) -> float:
    """A point by lying in a box, a box by its best IoU."""
    if isinstance(place, PlacedPoint):
        return float(point_hits(place, known))
    return max((placed_iou(place, box) for box in known), default=0.0)


def _characters(trace: Trace) -> int:
    return sum(len(step.thought) for step in trace.steps)
