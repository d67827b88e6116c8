"""Places: the boxes and points of many rows as flat arrays, in pixels of the stored images, and what lies in or over what.

The rules are those of ``data.scoring.iou``, number for number.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow.compute as pc

from data.scoring.ragged import Column, Flags, Lists, Numbers, Real, Whole, flags, offsets_of, owners, ranks, reals, unfold, wholes


@dataclass(frozen=True)
class Points:
    """P points; ``rows`` says to which row each belongs, ascending."""

    rows: Whole
    image: Whole
    x: Real
    y: Real

    def where(self, wanted: Flags) -> Points:
        """Those that are wanted."""
        return Points(self.rows[wanted], self.image[wanted], self.x[wanted], self.y[wanted])

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True)
class Boxes:
    """B boxes; ``rows`` says to which of ``count`` rows each belongs, ascending."""

    rows: Whole
    count: int
    image: Whole
    x1: Real
    y1: Real
    x2: Real
    y2: Real

    def where(self, wanted: Flags) -> Boxes:
        """Those that are wanted."""
        corners = (side[wanted] for side in (self.x1, self.y1, self.x2, self.y2))
        return Boxes(self.rows[wanted], self.count, self.image[wanted], *corners)

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def counts(self) -> Whole:
        """How many boxes each row has."""
        return np.bincount(self.rows, minlength=self.count)

    @cached_property
    def lists(self) -> Lists:
        """Where each row's boxes are."""
        return Lists(offsets_of(self.counts)[:-1], self.counts)

    @cached_property
    def is_flat(self) -> bool:
        """Whether all are on the first image."""
        return not self.image.any()

    @cached_property
    def is_valid(self) -> Flags:
        """Finite, and neither inverted nor of zero area."""
        is_finite = (self.x1 > -np.inf) & (self.x2 < np.inf) & (self.y1 > -np.inf) & (self.y2 < np.inf)
        valid: Flags = is_finite & (self.x1 < self.x2) & (self.y1 < self.y2)
        return valid

    @cached_property
    def corners(self) -> Real:
        """(4, B) x1, y1, x2, y2; NaN for a box that is not valid."""
        return np.where(self.is_valid, self.sides, np.nan)

    @cached_property
    def sides(self) -> Real:
        """(4, B) x1, y1, x2, y2."""
        return np.stack([self.x1, self.y1, self.x2, self.y2])

    @property
    def center(self) -> Points:
        """The middle of each."""
        with np.errstate(invalid="ignore", over="ignore"):
            return Points(self.rows, self.image, (self.x1 + self.x2) / 2, (self.y1 + self.y2) / 2)


def points_of(column: Column) -> Points:
    """The points of a column such as ``traces.answer_points``."""
    offsets, values = unfold(column)
    image, x, y = (pc.struct_field(values, name) for name in ("image_index", "x", "y"))
    return Points(owners(offsets), wholes(image), reals(x), reals(y))


def boxes_of(column: Column) -> Boxes:
    """The boxes of a column such as ``traces.answer_boxes``."""
    offsets, values = unfold(column)
    corners = (reals(pc.struct_field(values, name)) for name in ("x1", "y1", "x2", "y2"))
    return Boxes(owners(offsets), len(column), wholes(pc.struct_field(values, "image_index")), *corners)


def mentions_of(rows: Whole, count: int, values: Column) -> tuple[Points, Boxes, Flags]:
    """The points and the boxes among mentions, and which of them are boxes; ``rows`` says to which of ``count`` rows each belongs."""
    x, y, x2, y2 = (_bare(pc.struct_field(values, name)) for name in ("x", "y", "x2", "y2"))
    image, is_box = wholes(pc.struct_field(values, "image_index")), flags(pc.is_valid(pc.struct_field(values, "x2")))
    point, box = np.flatnonzero(~is_box), np.flatnonzero(is_box)
    boxes = Boxes(rows[box], count, image[box], x[box], y[box], x2[box], y2[box])
    return Points(rows[point], image[point], x[point], y[point]), boxes, is_box


def is_inside(points: Points, lists: Whole, boxes: Boxes) -> Flags:
    """Whether each point lies in a box of the row of ``boxes`` that ``lists`` names for it, edges included."""
    found = np.zeros(len(points), dtype=bool)
    is_flat = boxes.is_flat and not points.image.any()
    for items, values in ranks(lists, boxes.lists):
        x, y = points.x[items], points.y[items]
        x1, y1, x2, y2 = boxes.sides.take(values, axis=1)
        is_in = (x1 <= x) & (x <= x2) & (y1 <= y) & (y <= y2)
        found[items] |= is_in if is_flat else is_in & (points.image[items] == boxes.image[values])
    return found


def overlaps(a: Boxes, items: Numbers, b: Boxes, values: Whole) -> Real:
    """The IoU of each pair of boxes."""
    ax1, ay1, ax2, ay2 = a.corners[:, items]
    bx1, by1, bx2, by2 = b.corners.take(values, axis=1)
    with np.errstate(all="ignore"):
        width = np.minimum(ax2, bx2) - np.maximum(ax1, bx1)
        height = np.minimum(ay2, by2) - np.maximum(ay1, by1)
        intersection = width * height
        union = (ax2 - ax1) * (ay2 - ay1) + (bx2 - bx1) * (by2 - by1) - intersection
        has_overlap = (width > 0) & (height > 0) & (union > 0) & (union < np.inf)
        if not (a.is_flat and b.is_flat):
            has_overlap &= a.image[items] == b.image[values]
        return np.where(has_overlap, intersection / union, 0.0)


def _bare(column: Column) -> Real:
    """A column of real numbers as it lies in memory; anything stands for null."""
    start = column.offset
    return np.frombuffer(column.buffers()[1] or b"", dtype=np.float64)[start : start + len(column)]
