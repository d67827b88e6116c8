"""ScreenSpot-Pro-LR: ScreenSpot-Pro with every screenshot made to fit a square of 1,920 pixels (ViGoRL, arXiv 2505.23678).

ViGoRL gives the size alone: neither the pictures nor the code that made them are published, and *capped at 1920x1920* could be said of the
area as well. Here a screenshot with a side longer than 1,920 pixels is made smaller by Lanczos resampling, its aspect kept, until the
longer side has 1,920, sides rounded to whole pixels; it is stored as PNG. The box is scaled by the new width and height over the old, and
not rounded; ``meta`` has the size and the box of the larger picture.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from PIL import Image

from data.benchmarks.published.base import Card
from data.benchmarks.published.material import Material
from data.benchmarks.published.registry import register
from data.benchmarks.published.screenspot_pro import COUNTS, ScreenSpotPro
from data.images import open_image, png
from data.sources.problem import Problem, SourceImage
from data.trace import PlacedBox

LONGEST_SIDE_PX = 1920


@register
class ScreenSpotProLR(ScreenSpotPro):
    """ScreenSpot-Pro in low resolution."""

    name = "screenspot_pro_lr"
    card = Card(
        title="ScreenSpot-Pro-LR",
        form="made here of ScreenSpot-Pro's files: sides of at most 1,920 pixels by Lanczos, aspect kept, boxes scaled with them",
        space="pixel, x1 y1 x2 y2 of the larger picture",
        files=ScreenSpotPro.card.files,
        counts=COUNTS,
        metrics=ScreenSpotPro.card.metrics,
        schema="that of ScreenSpot-Pro; how the pictures were made smaller is not published beyond arXiv 2505.23678, which says 1920x1920",
        is_verified=False,
        repository=ScreenSpotPro.card.repository,
        licence=ScreenSpotPro.card.licence,
    )

    def made(self, material: Material, locator: str, row: dict[str, Any], image: SourceImage) -> Problem:
        """The problem with its picture made smaller, and its box with it."""
        problem = super().made(material, locator, row, image)
        smaller = fitted(image, LONGEST_SIDE_PX)
        wide, high = smaller.width / image.width, smaller.height / image.height
        kept = {key: value for key, value in problem.meta.items() if key not in {"bbox", "img_size"}}
        kept |= {"published_bbox": row["bbox"], "published_img_size": row["img_size"]}
        boxes = tuple(_scaled(box, wide, high) for box in problem.boxes)
        return dataclasses.replace(problem, images=(smaller,), boxes=boxes, meta=kept)


def fitted(image: SourceImage, longest_px: int) -> SourceImage:
    """The image with no side longer than that, its aspect kept to the pixel; unchanged where it fits."""
    longest = max(image.width, image.height)
    if longest <= longest_px:
        return image
    size = (max(1, round(image.width * longest_px / longest)), max(1, round(image.height * longest_px / longest)))
    return SourceImage.read(png(open_image(image.stored).resize(size, Image.Resampling.LANCZOS)), image.path)


def _scaled(box: PlacedBox, wide: float, high: float) -> PlacedBox:
    return dataclasses.replace(box, x1=box.x1 * wide, y1=box.y1 * high, x2=box.x2 * wide, y2=box.y2 * high)
