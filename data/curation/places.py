"""Rules on the places that thoughts name. What a trace names is compared with what its sample knows: nothing else is true or false."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from data.curation.batch import Batch
from data.curation.rule import Rule, Unknown, reaches
from data.curation.spread import DISTINCT_RADIUS
from data.scoring.ragged import Flags, Real, share, sums


class BoxIou(Rule):
    """The boxes named fit the evidence, or all known boxes where the sample knows no evidence (``data.scoring.dual``)."""

    name: ClassVar[str] = "box_iou"
    minimum: float = Field(default=0.5, ge=0, le=1)
    """Of the mean of recall and precision, which is the published box reward."""
    minimum_recall: float = Field(default=0.0, ge=0, le=1)
    minimum_precision: float = Field(default=0.0, ge=0, le=1)
    minimum_one_to_one: float = Field(default=0.0, ge=0, le=1)
    unknown: Unknown = "keep"
    """What becomes of a trace whose sample knows no box. One that names no box where there are some has figures of 0."""

    def look(self, batch: Batch) -> Flags:
        """Compares all four."""
        duals = batch.duals
        is_enough = reaches((duals.recall + duals.precision) / 2, self.minimum, self.unknown)
        is_enough &= reaches(duals.recall, self.minimum_recall, self.unknown)
        is_enough &= reaches(duals.precision, self.minimum_precision, self.unknown)
        return is_enough & reaches(duals.one_to_one, self.minimum_one_to_one, self.unknown)


class PointHit(Rule):
    """Enough of the points named lie in a known box, whichever."""

    name: ClassVar[str] = "point_hit"
    minimum: float = Field(default=0.5, ge=0, le=1)
    unknown: Unknown = "keep"
    """What becomes of a trace that names no point, or whose sample knows no box."""

    def look(self, batch: Batch) -> Flags:
        """Compares the share."""
        return reaches(batch.point_hit_rate, self.minimum, self.unknown)


class RightObject(Rule):
    """The points named lie in the right object, which is an answer box of the sample."""

    name: ClassVar[str] = "right_object"
    points: Literal["any", "last", "share"] = "any"
    """``any``: at least one point; ``last``: the last one; ``share``: at least ``minimum`` of them."""
    minimum: float = Field(default=0.5, ge=0, le=1)
    """For ``share``."""
    unknown: Unknown = "keep"
    """What becomes of a trace that names no point, or whose sample knows no answer box."""

    def look(self, batch: Batch) -> Flags:
        """Compares what ``points`` asks for."""
        figure = self._figure(batch)
        figure[batch.problems.answers.counts[batch.samples] == 0] = np.nan
        minimum = {"any": np.nextafter(0, 1), "last": 1.0, "share": self.minimum}[self.points]
        return reaches(figure, minimum, self.unknown)

    def _figure(self, batch: Batch) -> Real:
        rows, hits = batch.points.rows, batch.hits(batch.problems.answers)
        if self.points != "last":
            return share(sums(rows, hits, len(batch)), batch.point_counts)
        figure = np.full(len(batch), np.nan)
        figure[rows] = hits
        return figure


class DistinctPoints(Rule):
    """Enough different places are named: points farther than a radius from all that were counted before."""

    name: ClassVar[str] = "distinct_points"
    minimum: int = Field(default=2, ge=0)
    radius: float = Field(default=DISTINCT_RADIUS, ge=0)
    """Pixels of the stored image."""

    def look(self, batch: Batch) -> Flags:
        """Counts them."""
        found: Flags = batch.distinct_points(self.radius) >= self.minimum
        return found
