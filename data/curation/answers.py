"""Rules on the answer."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from data.curation.rule import Candidate, Judge, Rule, Unknown, reaches


class AnswerCorrect(Rule):
    """The strict scorer calls the answer right."""

    name: ClassVar[str] = "answer_correct"
    unknown: Unknown = "keep"
    """What becomes of a trace whose sample has no known answer."""

    def judge(self) -> Judge:
        """Correct counts as 1."""
        return lambda candidate: reaches(_flag(candidate), 1.0, self.unknown)


class AnswerIou(Rule):
    """The answer's box, or boxes, overlap the known ones enough; tasks without boxes pass."""

    name: ClassVar[str] = "answer_iou"
    minimum: float = Field(default=0.5, ge=0, le=1)
    unknown: Unknown = "keep"

    def judge(self) -> Judge:
        """Compares the IoU."""
        return lambda candidate: reaches(candidate.quality.answer_iou, self.minimum, self.unknown)


def _flag(candidate: Candidate) -> float | None:
    is_correct = candidate.quality.answer_correct
    return None if is_correct is None else float(is_correct)
