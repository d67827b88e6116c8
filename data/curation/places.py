"""Rules on the places that thoughts name."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from data.curation.rule import Judge, Rule, Unknown, reaches


class PointHit(Rule):
    """Enough of the points named lie in a known box."""

    name: ClassVar[str] = "point_hit"
    minimum: float = Field(default=0.5, ge=0, le=1)
    unknown: Unknown = "keep"
    """What becomes of a trace that names no point, or whose sample knows no box."""

    def judge(self) -> Judge:
        """Compares the share."""
        return lambda candidate: reaches(candidate.quality.point_hit_rate, self.minimum, self.unknown)
