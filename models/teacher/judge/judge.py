"""Judge: the protocol, what is asked, and what comes of it.

Some questions need no judge: what the strict scorer calls right is right, places are the scorer's alone, and thoughts that say nothing
support nothing. A *judgement* without a value is no zero: who uses it leaves the subject out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from data.dialects.answers import WANTED
from data.sample import Sample
from data.scoring import is_scorable, score_answer
from data.trace import Trace
from models.teacher.judge.config import JudgeKind


@dataclass(frozen=True, slots=True)
class JudgeQuestion:
    """What is to be judged."""

    subject_id: str
    """The id of the trace or rollout."""
    kind: JudgeKind
    sample: Sample
    trace: Trace
    reference: Trace | None = None
    """The chain that ``consistency`` compares with."""
    sizes: tuple[tuple[float, float], ...] | None = None
    """Widths and heights of the images in pixels, for places outside; None where they are not known."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A value in [0, 1], or None where it could not be had."""

    value: float | None
    error: str | None = None
    """Why there is no value; beside a value, why some of its samples are lacking."""
    request_ids: tuple[str, ...] = ()
    """Every call, those whose reply could not be read included."""
    is_unfinished: bool = False
    """Whether the budget left a call unsent."""

    def row(self, question: JudgeQuestion) -> dict[str, Any]:
        """The row of ``judgements``, named ``judge_<kind>``."""
        return {
            "subject_id": question.subject_id,
            "name": judgement_name(question.kind),
            "value": self.value,
            "request_ids": list(self.request_ids),
            "error": self.error,
        }


class Judge(Protocol):
    """Gives its word on questions."""

    async def ask(self, question: JudgeQuestion) -> Judgement:
        """The word on a question. Raises ``TeacherError`` where the endpoint is lost, and not the question alone."""
        ...


def judgement_name(kind: JudgeKind) -> str:
    """The name of a kind's rows in ``judgements``."""
    return f"judge_{kind}"


def settled(question: JudgeQuestion) -> Judgement | None:
    """The judgement that needs no judge; None where one does."""
    if question.kind == JudgeKind.ANSWER:
        return _settled_answer(question)
    if question.kind == JudgeKind.CONSISTENCY and question.reference is None:
        return Judgement(None, "there is no reference chain to compare with")
    return None if any(step.thought for step in question.trace.steps) else Judgement(0.0)


def _settled_answer(question: JudgeQuestion) -> Judgement | None:
    sample, trace = question.sample, question.trace
    if not is_scorable(sample):
        return Judgement(None, "nothing is known of the answer")
    is_right = bool(score_answer(sample, trace.answer, question.sizes).correct)
    needs_judge = sample.task not in WANTED and bool(trace.answer.text) and not is_right
    return None if needs_judge else Judgement(float(is_right))
