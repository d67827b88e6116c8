"""Offline: a judge that compares words and asks nobody; the same question always gets the same value.

- ``answer``: 1 where the strict scorer calls the answer right, or where a text answer has the same content words, colours and directions
  as the known one; else 0.
- ``chain``: the mean of two shares, cut down to the next of 0, 0.25, 0.5, 0.75, 1. The first is the share of the content words of the
  question and of the answer's text that the thoughts name. The second is counted only where the answer is a place and a thought names
  one: 1 if the last place named meets the answer (a point in the box, the same point within ``NEAR`` pixels, boxes that overlap), else 0.
- ``consistency``: 0 where a thought contradicts the reference (the same things in other colours or in opposite directions) and none of
  the reference says the same; 1 where both have the same content words; 0.7 where one of them has more; 0.3 where each has some that the
  other lacks. Directions count only for contradictions, as places in the reference are often numbers.

A word stands for what it says, so it sees neither paraphrase nor negation: good for tests and for machines without a model, no measure of
quality.
"""

from __future__ import annotations

import math

from data.scoring import placed_iou, point_hits
from data.trace import Answer, PlacedBox, PlacedPoint, Trace
from models.teacher.judge.config import JudgeKind
from models.teacher.judge.judge import Judgement, JudgeQuestion, settled
from models.teacher.judge.words import Statement, read_statement

LEVELS = 4
"""Steps from 0 to 1 of the chain's scale."""
NEAR = 10.0
"""Pixels within which two points are the same."""


class OfflineJudge:
    """Compares words."""

    async def ask(self, question: JudgeQuestion) -> Judgement:
        """The value, at once."""
        return settled(question) or Judgement(self._value(question))

    def _value(self, question: JudgeQuestion) -> float:
        sample, trace = question.sample, question.trace
        if question.kind == JudgeKind.ANSWER:
            return float(read_statement(trace.answer.text or "") == read_statement(sample.answer or ""))
        if question.kind == JudgeKind.CONSISTENCY:
            return consistency(trace, question.reference or Trace())
        shares = [share_named(f"{sample.question} {trace.answer.text or ''}", trace)]
        if (met := meets_answer(trace)) is not None:
            shares.append(float(met))
        return math.floor(LEVELS * sum(shares) / len(shares)) / LEVELS


def consistency(trace: Trace, reference: Trace) -> float:
    """0, 0.3, 0.7 or 1."""
    said, known = _statements(trace), _statements(reference)
    if any(_is_contradicted(one, known) for one in said):
        return 0.0
    more, less = _terms(said) - _terms(known), _terms(known) - _terms(said)
    return 0.3 if more and less else 0.7 if more or less else 1.0


def share_named(text: str, trace: Trace) -> float:
    """Share of a text's content words that the thoughts name; 1 where there are none."""
    wanted = read_statement(text).terms
    return len(wanted & _terms(_statements(trace))) / len(wanted) if wanted else 1.0


def meets_answer(trace: Trace) -> bool | None:
    """Whether the last place that the thoughts name meets a place of the answer; None where either has none."""
    if not trace.mentions or not (trace.answer.points or trace.answer.boxes):
        return None
    return _meets(trace.mentions[-1].place, trace.answer)


def _meets(place: PlacedPoint | PlacedBox, answer: Answer) -> bool:
    if isinstance(place, PlacedBox):
        return any(placed_iou(place, box) > 0 for box in answer.boxes) or any(point_hits(point, [place]) for point in answer.points)
    return point_hits(place, answer.boxes) or any(_is_near(place, point) for point in answer.points)


def _is_near(a: PlacedPoint, b: PlacedPoint) -> bool:
    return a.image_index == b.image_index and math.hypot(a.x - b.x, a.y - b.y) <= NEAR


def _statements(trace: Trace) -> list[Statement]:
    return [read_statement(step.thought) for step in trace.steps]


def _terms(statements: list[Statement]) -> frozenset[str]:
    return frozenset().union(*(statement.terms for statement in statements))


def _is_contradicted(said: Statement, known: list[Statement]) -> bool:
    return any(said.contradicts(one) for one in known) and not any(said.agrees(one) for one in known)
