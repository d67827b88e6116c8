"""Grading: what the strict protocol makes of an answer that a dialect has read."""

from __future__ import annotations

from collections.abc import Sequence

from data.benchmarks.benchmark import Grade
from data.benchmarks.clamping import clamped
from data.sample import Sample
from data.scoring import score_answer
from data.space import Frame
from data.trace import Answer


def strict_grade(sample: Sample, answer: Answer | None, frames: Sequence[Frame]) -> Grade:
    """The strict score, boxes cut to their images first; an answer that could not be parsed is None, and wrong."""
    sizes = [(frame.stored.width, frame.stored.height) for frame in frames]
    score = score_answer(sample, clamped(answer, sizes) if answer is not None else None, sizes)
    return Grade(bool(score.correct), score.iou, {"outcome": score.outcome})
