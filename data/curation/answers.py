"""Rules on the answer."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from data.curation.batch import Batch
from data.curation.rule import Rule, Unknown, reaches
from data.scoring.ragged import Flags


class AnswerCorrect(Rule):
    """The strict scorer calls the answer right."""

    name: ClassVar[str] = "answer_correct"
    unknown: Unknown = "keep"
    """What becomes of a trace whose sample has no known answer."""

    def look(self, batch: Batch) -> Flags:
        """Correct counts as 1."""
        return reaches(batch.scores.correct, 1.0, self.unknown)


class AnswerIou(Rule):
    """The answer's box, or boxes, overlap the known ones enough; tasks without boxes pass."""

    name: ClassVar[str] = "answer_iou"
    minimum: float = Field(default=0.5, ge=0, le=1)
    unknown: Unknown = "keep"

    def look(self, batch: Batch) -> Flags:
        """Compares the IoU."""
        return reaches(batch.scores.iou, self.minimum, self.unknown)
