"""Cropping: the closer look at a point of an image.

A *window* is a rectangle of the stored image around the point; the *crop* is the window enlarged. A crop is never a file: it is made from
the image, the point and the settings whenever it is wanted, so that publishing, search, reinforcement and evaluation show the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from PIL import Image, ImageDraw
from pydantic import Field

from data.config import Section

DOT_RADIUS_PX = 7
DOT_OUTLINE_PX = 2
"""Of the white ring within the dot's radius (ViGoRL, the builder of multi-turn chains)."""


class Border(StrEnum):
    """What becomes of a window that reaches beyond the image."""

    SHIFT = "shift"
    """It is moved to lie on the image; sides longer than the image's are cut to them. Proportions are kept."""
    CLAMP = "clamp"
    """What reaches beyond is cut off and the rest stretched to the square, as published; proportions are distorted."""


class ZoomConfig(Section):
    """How a closer look is taken."""

    half_px: int | None = Field(default=None, ge=1)
    """Half the window's side in pixels of the stored image; default: by ``half_share``."""
    half_share: float = Field(default=0.125, gt=0, le=1)
    """Half the window's side as a share of the image's longer side, so that small scenes and large screens are both looked at closely."""
    side_px: int = Field(default=336, ge=1)
    """The longer side of the crop in pixels."""
    dot: bool = False
    """Whether a red dot marks the point, drawn on the window before it is enlarged."""
    border: Border = Border.SHIFT

    def half(self, width: int, height: int) -> int:
        """Half the window's side in pixels on an image of this size, at least 1."""
        return self.half_px or max(1, round(self.half_share * max(width, height)))


PUBLISHED: Mapping[str, ZoomConfig] = {
    "gui_finetuned": ZoomConfig(half_px=100, side_px=512, dot=True, border=Border.CLAMP),
    "gui_reinforced": ZoomConfig(half_px=50, side_px=384, dot=True, border=Border.CLAMP),
    "visual_search": ZoomConfig(half_px=182, side_px=672, border=Border.CLAMP),
}
"""ViGoRL's settings (arXiv 2505.23678 and its code): on screens finetuning and evaluation look at 200 pixels, reinforcement at 100."""


def window(x: float, y: float, width: int, height: int, config: ZoomConfig) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of the window around a point of an image of this size, in whole pixels; no side is shorter than 1.

    Raises ``ValueError`` where the point lies off the image; its edges are on it.
    """
    if not (0 <= x <= width and 0 <= y <= height):
        raise ValueError(f"point ({x:g}, {y:g}) lies off the image of {width}x{height}")
    half = config.half(width, height)
    span = _clamped if config.border is Border.CLAMP else _shifted
    left, right = span(x, half, width)
    top, bottom = span(y, half, height)
    return left, top, right, bottom


def crop_image(image: Image.Image, x: float, y: float, config: ZoomConfig) -> Image.Image:
    """The window around a point in pixels of the image, enlarged. Raises ``ValueError`` where the point lies off the image."""
    box = window(x, y, image.width, image.height, config)
    crop = image.crop(box)
    if config.dot:
        _draw_dot(crop, x - box[0], y - box[1])
    return crop.resize(_enlarged(crop.width, crop.height, config), Image.Resampling.BICUBIC)


def _clamped(middle: float, half: int, whole: int) -> tuple[int, int]:
    start = round(middle) - half
    return max(0, start), min(whole, start + 2 * half)


def _shifted(middle: float, half: int, whole: int) -> tuple[int, int]:
    side = min(2 * half, whole)
    start = min(max(round(middle) - half, 0), whole - side)
    return start, start + side


def _enlarged(width: int, height: int, config: ZoomConfig) -> tuple[int, int]:
    if config.border is Border.CLAMP:
        return config.side_px, config.side_px
    scale = config.side_px / max(width, height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _draw_dot(crop: Image.Image, x: float, y: float) -> None:
    box = (x - DOT_RADIUS_PX, y - DOT_RADIUS_PX, x + DOT_RADIUS_PX, y + DOT_RADIUS_PX)
    ImageDraw.Draw(crop).ellipse(box, fill="red", outline="white", width=DOT_OUTLINE_PX)
