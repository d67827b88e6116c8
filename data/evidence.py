"""Evidence: the crops that a model is shown of the boxes it named itself (iVGR's tool-assisted inference, arXiv 2605.31096).

One *crop* for each box, and the *union*, the tightest rectangle around all of an image's boxes. What the paper leaves open is a setting:
the margin, the least side, how much two boxes may overlap, and how many are shown.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from PIL import Image
from pydantic import Field

from data.config import Section
from data.scoring import placed_iou
from data.trace import PlacedBox


class EvidenceConfig(Section):
    """Which crops are shown, and how the model is asked beside them."""

    singles: bool = True
    """Whether each box is shown."""
    union: bool = True
    """Whether the rectangle around all boxes of an image is shown."""
    most: int = Field(default=8, gt=0)
    """Boxes that are taken, the first that were named."""
    most_overlap: float = Field(default=0.9, gt=0, le=1)
    """A box whose IoU with one taken before is higher is left out."""
    margin: float = Field(default=0.0, ge=0)
    """What is added on each side, as a share of the box's own side."""
    least_side_px: int = Field(default=28, gt=0)
    """A crop with a shorter side is widened to it where the image is as large."""
    dialect: str = "textual"
    """The dialect of the second answer."""
    prompt: str | None = None
    """The student prompt of the second question; None is that of the first."""


def windows(boxes: Sequence[PlacedBox], sizes: Sequence[tuple[int, int]], config: EvidenceConfig) -> list[PlacedBox]:
    """The rectangles to be shown, in whole pixels of the stored images: boxes in the order they were named, then unions by image.

    ``sizes`` are widths and heights of the images in pixels. Boxes that are inverted, of no area, or off their image show nothing.
    """
    taken: list[PlacedBox] = []
    for box in _clamped(boxes, sizes):
        if len(taken) < config.most and all(placed_iou(box, other) <= config.most_overlap for other in taken):
            taken.append(box)
    shown = [*taken] if config.singles else []
    shown += _unions(taken) if config.union else []
    found = [_widened(box, sizes[box.image_index], config) for box in shown]
    return list(dict.fromkeys(found))


def cut(image: Image.Image, window: PlacedBox) -> Image.Image:
    """What a window shows of an image."""
    return image.crop((int(window.x1), int(window.y1), int(window.x2), int(window.y2)))


def _clamped(boxes: Sequence[PlacedBox], sizes: Sequence[tuple[int, int]]) -> list[PlacedBox]:
    found = []
    for box in boxes:
        if not 0 <= box.image_index < len(sizes):
            continue
        width, height = sizes[box.image_index]
        inside = PlacedBox(max(0.0, box.x1), max(0.0, box.y1), min(width, box.x2), min(height, box.y2), box.image_index)
        if inside.x1 < inside.x2 and inside.y1 < inside.y2:
            found.append(inside)
    return found


def _unions(boxes: Sequence[PlacedBox]) -> list[PlacedBox]:
    """The rectangle around the boxes of each image that has several."""
    found = []
    for index in sorted({box.image_index for box in boxes}):
        own = [box for box in boxes if box.image_index == index]
        if len(own) > 1:
            corners = min(b.x1 for b in own), min(b.y1 for b in own), max(b.x2 for b in own), max(b.y2 for b in own)
            found.append(PlacedBox(*corners, image_index=index))
    return found


def _widened(box: PlacedBox, size: tuple[int, int], config: EvidenceConfig) -> PlacedBox:
    x1, x2 = _span(box.x1, box.x2, size[0], config)
    y1, y2 = _span(box.y1, box.y2, size[1], config)
    return PlacedBox(x1, y1, x2, y2, box.image_index)


def _span(low: float, high: float, whole: int, config: EvidenceConfig) -> tuple[float, float]:
    """Both ends of one side, with its margin and no shorter than the least, on the image."""
    spare = max(config.margin * (high - low), (config.least_side_px - (high - low)) / 2)
    low, high = low - max(0.0, spare), high + max(0.0, spare)
    shift = max(0.0, -low) - max(0.0, high - whole)
    return float(max(0, math.floor(low + shift))), float(min(whole, math.ceil(high + shift)))
