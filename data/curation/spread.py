"""Spread: how many places the points of a trace really are."""

from __future__ import annotations

import numpy as np

from data.scoring.places import Points
from data.scoring.ragged import Flags, Whole, offsets_of

DISTINCT_RADIUS = 10.0
"""Pixels of the stored image within which two points are one place, unless a rule says otherwise."""


def distinct(points: Points, count: int, radius: float) -> Whole:
    """For each of ``count`` rows how many of its points lie farther than ``radius`` pixels from all of its points counted before.

    Points on different images are never near each other; one that is not finite is no place.
    """
    points = points.where(np.isfinite(points.x) & np.isfinite(points.y))
    numbers = np.bincount(points.rows, minlength=count)
    starts, found = offsets_of(numbers)[:-1], np.minimum(numbers, 1)
    width = 2
    while width // 2 < numbers.max(initial=0):
        rows = np.flatnonzero((numbers > width // 2) & (numbers <= width))
        places = starts[rows] + np.arange(width)[:, None]
        is_there = np.arange(width)[:, None] < numbers[rows]
        with np.errstate(over="ignore"):
            found[rows] = _counted(points, np.where(is_there, places, 0), is_there, radius)
        width *= 2
    return found


def _counted(points: Points, places: Whole, is_there: Flags, radius: float) -> Whole:
    """(W, R) places, each row's in order, give R counts."""
    x, y, image = points.x[places], points.y[places], points.image[places]
    counted = is_there.copy()
    for this in range(1, len(places)):
        is_near = (x[:this] - x[this]) ** 2 + (y[:this] - y[this]) ** 2 <= radius**2
        is_near &= counted[:this] & (image[:this] == image[this])
        counted[this] &= ~is_near.any(0)
    found: Whole = counted.sum(0)
    return found
