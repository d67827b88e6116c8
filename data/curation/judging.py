"""Rule on the judge's word. Whom it asks, and how, is the stage's matter; here a value is compared."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from data.curation.batch import Batch
from data.curation.rule import Rule, Unknown, reaches
from data.scoring.ragged import Flags


class Judged(Rule):
    """The judge's value is high enough."""

    name: ClassVar[str] = "judge"
    minimum: float = Field(default=0.5, ge=0, le=1)
    unknown: Unknown = "keep"
    """What becomes of a trace that was not judged, or whose judge failed."""

    def look(self, batch: Batch) -> Flags:
        """Compares the value."""
        return reaches(batch.judge, self.minimum, self.unknown)
