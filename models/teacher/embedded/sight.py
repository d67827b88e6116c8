"""Sight: the flat coloured shapes of an image by classical segmentation.

The background is the most frequent colour; what differs from it falls into connected pieces of one colour. A piece has a colour name by
its hue and a shape name by which corners of its box it fills.
"""

from __future__ import annotations

import base64
import binascii
import colorsys
import io
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps
from scipy import ndimage

from models.teacher.embedded.errors import RequestError

FLAT_COLORS = 16
"""A flat image has nearly all pixels in this many colours."""
FLAT_SHARE = 0.9
LEAST_PIXELS = 12
"""Smaller pieces are taken for edges or noise."""
PROBES = 4096
"""Pixels looked at to tell a flat image from a photograph."""
HUES = (
    (15, "red"),
    (40, "orange"),
    (70, "yellow"),
    (165, "green"),
    (195, "cyan"),
    (255, "blue"),
    (320, "purple"),
    (345, "pink"),
    (360, "red"),
)
"""Upper end in degrees and name."""


@dataclass(frozen=True, slots=True)
class Thing:
    """A piece of one colour, for example a red circle; its box holds its pixels tightly, in pixels."""

    color: str
    shape: str
    x1: int
    y1: int
    x2: int
    y2: int

    @property
    def name(self) -> str:
        return f"{self.color} {self.shape}"

    @property
    def center(self) -> tuple[float, float]:
        return (self.x1 + self.x2) / 2, (self.y1 + self.y2) / 2


@dataclass(frozen=True, slots=True)
class Sight:
    """What is seen of one image: its size in pixels, and its things unless it is a photograph."""

    width: int
    height: int
    things: tuple[Thing, ...]
    is_flat: bool


@lru_cache(maxsize=512)
def look(url: str) -> Sight:
    """See the image of a data URL. Raises ``RequestError`` on any other URL and on what is no image."""
    head, _, body = url.partition(",")
    if not (head.startswith("data:") and head.endswith(";base64")):
        raise RequestError("only images as base64 data URLs are seen here", param="messages")
    try:
        with Image.open(io.BytesIO(base64.b64decode(body, validate=True))) as image:
            pixels = np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
    except (binascii.Error, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise RequestError(f"an image cannot be read: {error}", param="messages") from error
    return see(pixels)


def see(pixels: NDArray[np.uint8]) -> Sight:
    """Find the things in RGB ``pixels`` of shape (height, width, 3)."""
    height, width, _ = pixels.shape
    wide = pixels.astype(np.uint32)
    packed = wide[..., 0] << 16 | wide[..., 1] << 8 | wide[..., 2]
    if not _is_flat(packed):
        return Sight(width, height, (), is_flat=False)
    labels, _ = ndimage.label(packed != _mode(packed))
    things: list[Thing] = []
    for number, place in enumerate(ndimage.find_objects(labels), start=1):
        things += _things(packed[place], labels[place] == number, place[1].start, place[0].start)
    return Sight(width, height, tuple(things), is_flat=True)


def _is_flat(packed: NDArray[np.integer[Any]]) -> bool:
    probes = packed.ravel()[:: max(1, packed.size // PROBES)]
    counts = np.sort(np.unique(probes, return_counts=True)[1])[::-1]
    return bool(counts[:FLAT_COLORS].sum() >= FLAT_SHARE * probes.size)


def _mode(packed: NDArray[np.integer[Any]]) -> int:
    values, counts = np.unique(packed.ravel()[:: max(1, packed.size // PROBES)], return_counts=True)
    return int(values[counts.argmax()])


def _things(packed: NDArray[np.integer[Any]], mask: NDArray[np.bool_], left: int, top: int) -> list[Thing]:
    """Things of one connected piece; where it has several colours, of each of them."""
    colors, counts = np.unique(packed[mask], return_counts=True)
    things = []
    for color in colors[counts >= LEAST_PIXELS]:
        part, count = (mask, 1) if len(colors) == 1 else ndimage.label(mask & (packed == color))
        for number in range(1, count + 1):
            things += _named(color_name(int(color)), part == number, left, top)
    return things


def _named(color: str, mask: NDArray[np.bool_], left: int, top: int) -> list[Thing]:
    """The things of one connected piece of one colour: one, or two that touch."""
    ys, xs = np.nonzero(mask)
    if len(xs) < LEAST_PIXELS:
        return []
    x1, y1, x2, y2 = int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1
    shape = shape_name(mask[y1:y2, x1:x2])
    parts = _parted(mask) if shape == "shape" else []
    if parts:
        return [thing for part in parts for thing in _named(color, part, left, top)]
    return [Thing(color, shape, left + x1, top + y1, left + x2, top + y2)]


def _parted(mask: NDArray[np.bool_]) -> list[NDArray[np.bool_]]:
    """The parts that a piece falls into where it is narrow: what one erosion separates, every pixel going to the nearest; none if one."""
    cores, count = ndimage.label(ndimage.binary_erosion(mask))
    sizes = np.bincount(cores.ravel(), minlength=count + 1)[1:]
    if (sizes >= LEAST_PIXELS).sum() < 2:
        return []
    cores[~np.isin(cores, np.flatnonzero(sizes >= LEAST_PIXELS) + 1)] = 0
    nearest = ndimage.distance_transform_edt(cores == 0, return_distances=False, return_indices=True)
    owners = cores[tuple(nearest)]
    return [mask & (owners == core) for core in np.unique(cores[cores > 0])]


def color_name(packed: int) -> str:
    """The everyday word for a colour packed as 0xRRGGBB."""
    hue, saturation, value = colorsys.rgb_to_hsv((packed >> 16 & 255) / 255, (packed >> 8 & 255) / 255, (packed & 255) / 255)
    if value < 0.25:
        return "black"
    if saturation < 0.2:
        return "white" if value > 0.9 else "grey"
    return next(name for end, name in HUES if hue * 360 <= end)


def shape_name(mask: NDArray[np.bool_]) -> str:
    """Square, circle, triangle, cross or, for anything else, shape, of a mask cropped to its box.

    A square fills its corners, a circle all but the very corners, a triangle only the lower two, a cross none of them.
    """
    height, width = mask.shape
    fill = float(mask.mean())
    if fill > 0.95:
        return "square" if 0.8 <= width / height <= 1.25 else "rectangle"
    corners = tuple(bool(mask[int(y * height), int(x * width)]) for y in (0.2, 0.79) for x in (0.2, 0.79))
    if all(corners) and fill > 0.7:
        return "circle"
    if corners == (False, False, True, True) and 0.4 < fill < 0.65:
        return "triangle"
    if not any(corners) and mask[height // 2].all() and mask[:, width // 2].all() and fill > 0.35:
        return "cross"
    return "shape"
