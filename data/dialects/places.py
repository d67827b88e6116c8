"""Places: how points and boxes are written in text.

A *notation* writes places as numbers of the frame's model space: whole numbers, or three decimals where the space is unit. A place on
an image other than the first is preceded by its ordinal, as in ``image 2: (12, 34)``; a place without one is on the first image.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from data.space import Frame, Point, Space
from data.trace import PlacedBox, PlacedPoint

Place = PlacedPoint | PlacedBox
NUMBER = r"[-+]?[0-9]{1,6}(?:\.[0-9]{1,9})?"
FARTHEST = 999_999
"""A coordinate of more digits is no place."""
IMAGE = r"(?:\bimage\s*(?P<image>[0-9]{1,3})\s*:\s*)?"


@dataclass(frozen=True)
class Notation:
    """How a dialect writes a place; ``{}`` stands for a number."""

    point: str
    box: str

    def write(self, place: Place, frames: Sequence[Frame]) -> str:
        """The text of a place whose image has a frame."""
        numbers = _numbers(place, frames[place.image_index])
        form = self.point if isinstance(place, PlacedPoint) else self.box
        ordinal = f"image {place.image_index + 1}: " if place.image_index else ""
        return ordinal + form.format(*(_digits(number, frames[place.image_index].model) for number in numbers))

    def pattern(self, *, points: bool, boxes: bool) -> re.Pattern[str]:
        """Matches a place of the wanted kinds; ``read`` takes the match."""
        return _pattern(self.box if boxes else None, self.point if points else None)


def read(match: re.Match[str], frames: Sequence[Frame]) -> Place | None:
    """The place that a match of ``Notation.pattern`` says; None on an image that is not there."""
    ordinal, *numbers = match.groups()
    index = int(ordinal or 1) - 1
    if not 0 <= index < len(frames):
        return None
    return place_of([float(number) for number in numbers if number is not None], frames[index], index)


def place_of(numbers: Sequence[float], frame: Frame, image_index: int) -> Place:
    """The place of 2 or 4 numbers of the frame's model space, in pixels of the stored image."""
    wide, high, width, height = frame.model.width, frame.model.height, frame.stored.width, frame.stored.height
    if len(numbers) == 2:
        x, y = numbers
        return PlacedPoint(x * width / wide, y * height / high, image_index)
    x1, y1, x2, y2 = numbers
    return PlacedBox(x1 * width / wide, y1 * height / high, x2 * width / wide, y2 * height / high, image_index)


def rounded(place: Place, frames: Sequence[Frame]) -> Place | None:
    """The place as it can be written: rounded in the model space, without label; None where it cannot be written at all."""
    if not 0 <= place.image_index < len(frames):
        return None
    frame = frames[place.image_index]
    numbers = _numbers(place, frame)
    return None if any(math.isnan(number) for number in numbers) else place_of(numbers, frame, place.image_index)


def center(place: Place) -> PlacedPoint:
    """A point as it is, a box as its centre."""
    if isinstance(place, PlacedPoint):
        return place
    return PlacedPoint((place.x1 + place.x2) / 2, (place.y1 + place.y2) / 2, place.image_index)


def is_outside(place: Place, width: float, height: float) -> bool:
    """Whether any coordinate lies off an image of this size in pixels; edges are on it."""
    if isinstance(place, PlacedPoint):
        return not (0 <= place.x <= width and 0 <= place.y <= height)
    return not (0 <= place.x1 <= width and 0 <= place.x2 <= width and 0 <= place.y1 <= height and 0 <= place.y2 <= height)


def corners(place: Place) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The x and the y coordinates of a place."""
    if isinstance(place, PlacedPoint):
        return (place.x,), (place.y,)
    return (place.x1, place.x2), (place.y1, place.y2)


def _numbers(place: Place, frame: Frame) -> list[float]:
    numbers: list[float] = []
    for x, y in zip(*corners(place), strict=True):
        point = Point(x, y, frame.stored).to(frame.model)
        numbers += [point.x, point.y]
    return [_rounded(number, frame.model) for number in numbers]


def _rounded(number: float, space: Space) -> float:
    """As it is written, or NaN where it cannot be; never minus zero."""
    if not math.isfinite(number) or abs(number) > FARTHEST:
        return math.nan
    return round(number, space.decimals) + 0.0


def _digits(number: float, space: Space) -> str:
    return f"{number:.{space.decimals}f}"


@lru_cache
def _pattern(*forms: str | None) -> re.Pattern[str]:
    wanted = [_expression(form) for form in forms if form is not None]
    return re.compile(IMAGE + f"(?:{'|'.join(wanted)})", re.IGNORECASE)


def _expression(form: str) -> str:
    """A form as a regular expression that allows spaces around its numbers, which are its groups, and marks."""
    marks = [re.escape(mark).replace(",", r"\s*,\s*") for mark in re.sub(r"\s", "", form).split("{}")]
    return rf"\s*({NUMBER})\s*".join(marks)
