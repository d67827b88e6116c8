"""Quality: the figures of a trace that rules look at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from data.sample import Sample
from data.scoring import placed_iou, point_hits, score_answer
from data.trace import PlacedBox, PlacedPoint, Trace


@dataclass(frozen=True, slots=True)
class Quality:
    """Figures in [0, 1]; None where nothing is known, named or asked that they could be taken of."""

    answer_correct: bool | None = None
    answer_iou: float | None = None
    point_hit_rate: float | None = None
    """Share of the points named in thoughts that lie in any known box, answer or evidence, of their image."""
    box_iou: float | None = None
    """Mean over the boxes named in thoughts of each one's best IoU with a known box."""


def measure(sample: Sample, trace: Trace | None, sizes: Sequence[tuple[float, float]] | None = None) -> Quality:
    """The figures of a trace; one that could not be read has a wrong answer and names nothing."""
    score = score_answer(sample, trace.answer if trace else None, sizes)
    places = [mention.place for mention in trace.mentions] if trace else []
    hits = [float(point_hits(place, sample.boxes)) for place in places if isinstance(place, PlacedPoint)]
    overlaps = [max((placed_iou(place, box) for box in sample.boxes), default=0.0) for place in places if isinstance(place, PlacedBox)]
    return Quality(
        answer_correct=score.correct,
        answer_iou=score.iou,
        point_hit_rate=_mean(hits) if sample.boxes else None,
        box_iou=_mean(overlaps) if sample.boxes else None,
    )


def _mean(figures: Iterable[float]) -> float | None:
    found = list(figures)
    return sum(found) / len(found) if found else None
