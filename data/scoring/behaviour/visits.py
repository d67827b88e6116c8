"""Visits: the places that a chain looks at, in order, and how many places they really are.

A *visit* is a point, a box by its centre, or a closer look. Visits within a radius of a place that was met before are visits of that place;
a *return* is a visit of a place that was left for another one in between.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from data.dialects.places import center
from data.trace import PlacedPoint, Step, Trace

DISTINCT_RADIUS = 10.0
"""Pixels of the stored image within which two visits are of one place: the distance from which ViGoRL's code counts looks as different."""


@dataclass(frozen=True, slots=True)
class Visits:
    """How a chain moves over its images."""

    regions: int
    """Distinct places."""
    returns: int


def visits_of(trace: Trace, radius: float = DISTINCT_RADIUS) -> Visits:
    """Counts the places of all steps; the answer's are none."""
    met: list[PlacedPoint] = []
    last: int | None = None
    returns = 0
    for point in _points(trace):
        number = _nearest(point, met, radius)
        if number is None:
            met.append(point)
            number = len(met) - 1
        elif last is not None and number != last:
            returns += 1
        last = number
    return Visits(len(met), returns)


def places_of(step: Step) -> Iterator[PlacedPoint]:
    """The places of a step in the order in which they are said; looks come last."""
    yield from (center(mention.place) for mention in sorted(step.mentions, key=lambda mention: mention.offset))
    yield from (zoom.point for zoom in step.zooms)


def _points(trace: Trace) -> Iterator[PlacedPoint]:
    for step in trace.steps:
        yield from (point for point in places_of(step) if math.isfinite(point.x) and math.isfinite(point.y))


def _nearest(point: PlacedPoint, met: list[PlacedPoint], radius: float) -> int | None:
    """The place met before that the point is a visit of; the nearest where there are several."""
    found = [
        (math.dist((point.x, point.y), (one.x, one.y)), number) for number, one in enumerate(met) if one.image_index == point.image_index
    ]
    distance, number = min(found, default=(math.inf, -1))
    return number if distance <= radius else None
