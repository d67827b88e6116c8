"""Space: the frame a coordinate is measured in.

A *space* is a width and a height in its own units, with the origin at the top left: the pixels of a stored image, the pixels of
the resized image a model sees, a grid of n (1000 for the published models, 100 for single-digit vocabularies), or unit. A *frame*
pairs the stored image with the space that a model reads and writes. Coordinates are continuous: a pixel is the unit square right
of and below its corner.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

UNIT_DECIMALS = 3


class SpaceKind(StrEnum):
    """What a unit of length means."""

    PIXEL = "pixel"
    """Pixels of the stored image after its EXIF orientation; the only kind that tables hold."""
    RESIZED = "resized"
    """Pixels of the resized image that a model is given."""
    GRID = "grid"
    """n equal parts of the width and of the height."""
    UNIT = "unit"
    """Fractions of the width and of the height."""


@dataclass(frozen=True, slots=True)
class Space:
    """A coordinate frame, for example ``Space(SpaceKind.PIXEL, 640, 480)``."""

    kind: SpaceKind
    width: float
    height: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.width) and math.isfinite(self.height) and self.width > 0 and self.height > 0):
            raise ValueError(f"a space needs a positive finite extent, not {self.width}x{self.height}")

    @classmethod
    def pixels(cls, width: float, height: float) -> Space:
        return cls(SpaceKind.PIXEL, width, height)

    @classmethod
    def resized(cls, width: float, height: float) -> Space:
        return cls(SpaceKind.RESIZED, width, height)

    @classmethod
    def grid(cls, n: int) -> Space:
        return cls(SpaceKind.GRID, n, n)

    @classmethod
    def unit(cls) -> Space:
        return cls(SpaceKind.UNIT, 1, 1)

    @property
    def decimals(self) -> int:
        """Decimals that a coordinate is written with: three in unit, where whole numbers would say nothing, else none."""
        return UNIT_DECIMALS if self.kind == SpaceKind.UNIT else 0

    def __str__(self) -> str:
        return f"{self.kind} {self.width:g}x{self.height:g}"


@dataclass(frozen=True, slots=True)
class Frame:
    """One image as tables hold it and as a model speaks of it, for example stored 640x480, model ``grid`` 1000x1000."""

    stored: Space
    model: Space


@dataclass(frozen=True, slots=True)
class Point:
    """A place in a space."""

    x: float
    y: float
    space: Space

    def to(self, space: Space) -> Point:
        """The same place in another space of the same image."""
        return Point(self.x * space.width / self.space.width, self.y * space.height / self.space.height, space)

    def is_inside(self, box: Box) -> bool:
        """Whether the point lies in the box, edges included; both must share a space."""
        same_space(self.space, box.space)
        return box.x1 <= self.x <= box.x2 and box.y1 <= self.y <= box.y2


@dataclass(frozen=True, slots=True)
class Box:
    """An axis-aligned rectangle from its top left (x1, y1) to its bottom right (x2, y2)."""

    x1: float
    y1: float
    x2: float
    y2: float
    space: Space

    @property
    def is_valid(self) -> bool:
        """Finite, and neither inverted nor of zero area."""
        return _is_valid(self)

    @property
    def area(self) -> float:
        """Square units of the space; 0 for a box that is not valid."""
        return (self.x2 - self.x1) * (self.y2 - self.y1) if self.is_valid else 0.0

    @property
    def center(self) -> Point:
        return Point((self.x1 + self.x2) / 2, (self.y1 + self.y2) / 2, self.space)

    def to(self, space: Space) -> Box:
        """The same box in another space of the same image."""
        first, second = Point(self.x1, self.y1, self.space).to(space), Point(self.x2, self.y2, self.space).to(space)
        return Box(first.x, first.y, second.x, second.y, space)

    def iou(self, other: Box) -> float:
        """Intersection over union in [0, 1]; 0 if either box is not valid or no number holds the union. Both must share a space."""
        same_space(self.space, other.space)
        return corners_iou(self, other)


class Corners(Protocol):
    """What has a top left and a bottom right corner."""

    @property
    def x1(self) -> float: ...
    @property
    def y1(self) -> float: ...
    @property
    def x2(self) -> float: ...
    @property
    def y2(self) -> float: ...


def corners_iou(a: Corners, b: Corners) -> float:
    """Intersection over union in [0, 1] of what shares a space; 0 if either is not valid or no number holds the union."""
    if not (_is_valid(a) and _is_valid(b)):
        return 0.0
    width = min(a.x2, b.x2) - max(a.x1, b.x1)
    height = min(a.y2, b.y2) - max(a.y1, b.y1)
    if width <= 0 or height <= 0:
        return 0.0
    intersection = width * height
    union = (a.x2 - a.x1) * (a.y2 - a.y1) + (b.x2 - b.x1) * (b.y2 - b.y1) - intersection
    return intersection / union if 0 < union < math.inf else 0.0


def same_space(a: Space, b: Space) -> None:
    """Raise ``ValueError`` naming both spaces unless they are the same."""
    if a != b:
        raise ValueError(f"coordinates are in different spaces: {a} and {b}")


def _is_valid(box: Corners) -> bool:
    return -math.inf < box.x1 < box.x2 < math.inf and -math.inf < box.y1 < box.y2 < math.inf
