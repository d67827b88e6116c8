"""iVGR's rewards without a judge (Visual-AI/iVGR 2ecdbaf, ``reward_function/adagrounding_dual_group_training.py``).

White space beside ``<``, ``>`` and ``/`` is taken away first. Boxes count wherever they stand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from data.benchmarks.compat.digits import Numbers, counted
from data.scoring.iou import iou_matrix

SPACED = re.compile(r"\s*([<>/])\s*")
REPLY = re.compile(r"<think>.*</think>.*<answer>.*</answer>", re.DOTALL)
TAG = re.compile(r"<box>(.*?)</box>", re.DOTALL)
CORNERS = re.compile(r"\[(\d+),(\d+),(\d+),(\d+)\]")
DUPLICATE_IOU = 0.9
"""Two boxes that overlap by more are one box twice."""


def tight(text: str) -> str:
    """The text as it is read."""
    return SPACED.sub(r"\1", text)


def keeps_form(text: str) -> bool:
    """Whether a think and an answer block are there in order and nothing follows; there may be several of each."""
    return REPLY.fullmatch(tight(text)) is not None


def boxes(text: str) -> list[Numbers | None]:
    """What each box tag holds: four whole numbers in order at its start, or None."""
    return [_box(body) for body in TAG.findall(tight(text))]


def validity(images: Sequence[Sequence[Numbers | None]], first_half_only: bool = True) -> float:
    """The share of places that hold a box; 0 where there is none, or one is there twice on its image.

    As published all boxes are on one image, and only those of the first half, rounded down, are held against the others.
    """
    named = [box for boxes in images for box in boxes]
    if not named or any(_has_repeat(boxes, len(boxes) // 2 if first_half_only else len(boxes)) for boxes in images):
        return 0.0
    return sum(box is not None for box in named) / len(named)


def _box(body: str) -> Numbers | None:
    found = CORNERS.match(body)
    corners = counted(found.groups()) if found else None
    return corners if corners and corners[0] < corners[2] and corners[1] < corners[3] else None


def _has_repeat(boxes: Sequence[Numbers | None], first: int) -> bool:
    return any(_is_repeated(place, boxes) for place in range(first))


def _is_repeated(place: int, named: Sequence[Numbers | None]) -> bool:
    box = named[place]
    others = [other for number, other in enumerate(named) if number != place and other is not None]
    return box is not None and bool(others) and bool((iou_matrix(np.array([box]), np.array(others)) > DUPLICATE_IOU).any())
