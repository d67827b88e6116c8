"""Viewing: how a model sees an image, and in which space it speaks of it.

The *view* is part of a student's identity: the same settings hold in training, reinforcement and evaluation.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from pydantic import field_validator

from data.config import Section
from data.space import Frame, Space

SPACE_PATTERN = re.compile(r"pixel|resized|unit|grid:[1-9]\d*")
MAX_ASPECT_RATIO = 200
"""Beyond this the published Qwen image processors refuse an image (transformers, qwen2_vl image processing)."""


class ViewConfig(Section):
    """What a model is given of an image and how it writes coordinates."""

    space: str = "resized"
    """``pixel``, ``resized``, ``unit`` or ``grid:N`` (1000: Qwen2-VL, UniVG-R1; 100: the tiny student)."""
    factor: int = 28
    """Sides of the resized image are multiples of this: patch size times merge size."""
    min_pixels: int = 56 * 56
    """The smallest area of the resized image."""
    max_pixels: int = 1280 * 28 * 28
    """The largest area of the resized image."""

    @field_validator("space")
    @classmethod
    def _is_space(cls, value: str) -> str:
        if not SPACE_PATTERN.fullmatch(value):
            raise ValueError(f"space is pixel, resized, unit or grid:N, not {value!r}")
        return value

    def frame(self, width: int, height: int) -> Frame:
        """The frame of a stored image of this size in pixels."""
        stored = Space.pixels(width, height)
        if self.space == "pixel":
            return Frame(stored, stored)
        if self.space == "unit":
            return Frame(stored, Space.unit())
        if self.space == "resized":
            return Frame(stored, Space.resized(*smart_resize(width, height, self)))
        return Frame(stored, Space.grid(int(self.space.removeprefix("grid:"))))

    def frames(self, sizes: Iterable[tuple[int, int]]) -> tuple[Frame, ...]:
        """The frames of stored images of these widths and heights in pixels."""
        return tuple(self.frame(*size) for size in sizes)


def smart_resize(width: int, height: int, view: ViewConfig) -> tuple[int, int]:
    """Width and height in pixels of the resized image: multiples of the factor within the area limits, aspect kept as nearly as they allow.

    The rule is that of the Qwen2-VL image processor. Raises ``ValueError`` on an aspect ratio over ``MAX_ASPECT_RATIO``.
    """
    if max(width, height) / min(width, height) > MAX_ASPECT_RATIO:
        raise ValueError(f"image {width}x{height} has an aspect ratio over {MAX_ASPECT_RATIO}")
    factor = view.factor
    wide, high = round(width / factor) * factor, round(height / factor) * factor
    if wide * high > view.max_pixels:
        shrink = math.sqrt(width * height / view.max_pixels)
        wide = max(factor, math.floor(width / shrink / factor) * factor)
        high = max(factor, math.floor(height / shrink / factor) * factor)
    elif wide * high < view.min_pixels:
        grow = math.sqrt(view.min_pixels / (width * height))
        wide, high = math.ceil(width * grow / factor) * factor, math.ceil(height * grow / factor) * factor
    return wide, high
