"""Best: the grounded chain of a sample that others are held to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from data.curation.quality import Quality, measure
from data.rows import Row, trace_from_row
from data.sample import Sample
from data.trace import Trace


class Chain(NamedTuple):
    """A row of ``traces`` and what it says."""

    row: Row
    trace: Trace


def best_chain(sample: Sample, rows: Iterable[Mapping[str, Any]], sizes: Sequence[tuple[float, float]]) -> Chain | None:
    """The best of the selected chains that are readable, name a place and are not known to be wrong; None where there is none.

    A right answer comes before one of which nothing is known; then the chain whose places meet known boxes best, then the one with the
    fewest characters, then the first. ``sizes`` are the images' widths and heights in pixels.
    """
    ranked = []
    for number, row in enumerate(rows):
        trace = trace_from_row(row)
        is_taken = row.get("selected") is not False and row["parse_error"] is None
        if trace is None or not trace.mentions or not is_taken:
            continue
        quality = measure(sample, trace, sizes)
        if quality.answer_correct is not False:
            ranked.append((not quality.answer_correct, -_met(quality), _characters(trace), number, Chain(dict(row), trace)))
    return min(ranked, key=lambda one: one[:-1])[-1] if ranked else None


def _met(quality: Quality) -> float:
    """How well the places named meet known boxes, in [0, 1]; 0 where nothing is known of that."""
    found = [figure for figure in (quality.point_hit_rate, quality.box_iou) if figure is not None]
    return sum(found) / len(found) if found else 0.0


def _characters(trace: Trace) -> int:
    return sum(len(step.thought) for step in trace.steps)
