"""TreeBench: the boxes a reply names and its answer (Haochen-Wang409/TreeVGR 4823ad8, ``inference_treebench.py``).

Boxes count wherever they stand, in whole pixels of the image that the model was given; nothing rescales them. Whole numbers are read as
Python reads them: digits of any script, and a ``ValueError`` where one has over 4300.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from data.benchmarks.compat import tags

Corners = tuple[int, int, int, int]
CORNERS = re.compile(r"\[(\d+),(\d+),(\d+),(\d+)\]")


def named(text: str) -> list[Corners | None]:
    """What each box tag holds: four whole numbers at its start without a space between, in any order, or None."""
    return [_corners(body.strip()) for body in tags.every(text, "box")]


def in_order(boxes: Iterable[Corners | None]) -> list[Corners]:
    """The boxes that have a width and a height."""
    return [box for box in boxes if box is not None and box[0] < box[2] and box[1] < box[3]]


def recall(asked: Sequence[Sequence[float]], given: Sequence[Sequence[float]]) -> float:
    """The mean over the boxes asked for of the best IoU of any box given, whatever else that one serves; 0 where none is asked for."""
    return sum(max([0.0, *[iou(box, other) for other in given]]) for box in asked) / len(asked) if asked else 0.0


def iou(a: Sequence[float], b: Sequence[float]) -> float:
    """Overlap over union with signed areas; 0 where the union is not above 0.

    Raises ``OverflowError`` where a float meets a number that no float holds.
    """
    (ax1, ay1, ax2, ay2), (bx1, by1, bx2, by2) = a, b
    width = (bx2 if bx2 < ax2 else ax2) - (bx1 if bx1 > ax1 else ax1)
    height = (by2 if by2 < ay2 else ay2) - (by1 if by1 > ay1 else ay1)
    overlap = (width if width > 0 else 0) * (height if height > 0 else 0)
    union = (ax2 - ax1) * (ay2 - ay1) + (bx2 - bx1) * (by2 - by1) - overlap
    return overlap / union if union > 0 else 0.0


def answer(text: str) -> str:
    """The first answer block in upper case, or the whole reply as it stands where there is none."""
    block = tags.first(text, "answer")
    return text if block is None else block.strip().upper()


def _corners(body: str) -> Corners | None:
    found = CORNERS.match(body)
    return (int(found[1]), int(found[2]), int(found[3]), int(found[4])) if found else None
