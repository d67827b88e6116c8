"""Clamping: the one thing that judging does to a box before the strict scorer looks at it.

A box that passes the edges of its image is set back to them, since what lies beyond cannot be meant. A box that is inverted stays as it
is and so is right nowhere; so does a point, which no box on the image can hold once it is off it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from data.trace import Answer, PlacedBox


def clamped(answer: Answer, sizes: Sequence[tuple[float, float]]) -> Answer:
    """The answer with its boxes on their images; ``sizes`` are widths and heights in pixels."""
    boxes = tuple([_clamped(box, sizes) for box in answer.boxes])
    return answer if boxes == answer.boxes else replace(answer, boxes=boxes)


def is_inverted(box: PlacedBox) -> bool:
    """Whether a box has no positive width and height."""
    return not (box.x1 < box.x2 and box.y1 < box.y2)


def _clamped(box: PlacedBox, sizes: Sequence[tuple[float, float]]) -> PlacedBox:
    if is_inverted(box) or not 0 <= box.image_index < len(sizes):
        return box
    width, height = sizes[box.image_index]
    if box.x1 >= 0 and box.y1 >= 0 and box.x2 <= width and box.y2 <= height:
        return box
    x1, x2 = (min(max(x, 0.0), width) for x in (box.x1, box.x2))
    y1, y2 = (min(max(y, 0.0), height) for y in (box.y1, box.y2))
    return replace(box, x1=x1, y1=y1, x2=x2, y2=y2)
