"""UniVG-R1's zero-shot sets (AMAP-ML/UniVG-R1 44868ea, ``eval/zero_shot/*_evaluation/eval.py``).

The reply is decoded with the prompt before it, and the first box of both counts. Whatever fails scores 0.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

BOX = re.compile(r"\(\s*(\d+)\s*,\s*(\d+)\s*\)\s*,\s*\(\s*(\d+)\s*,\s*(\d+)\s*\)")
NUMBER = re.compile(r"\d+")
GRID = 1000
FRAME = 2
"""Of a video, the frame that is asked about, counted from 0."""
MARGIN = 1e-6
"""Added to the union, in shares of the image."""
SWALLOWED = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


def first_shape(value: Any) -> Any:
    """LISA: the first of its boxes."""
    return value[0]


def flat(value: Any) -> list[Any]:
    """LLMSeg: numbers of lists in a list, in a row."""
    return [number for numbers in value for number in numbers]


def in_frame(value: Any) -> list[int]:
    """ReVOS: the box in the frame that is asked about, cut to whole numbers."""
    return [int(number) for number in value[FRAME]]


def written_in_frame(value: Any) -> list[int]:
    """ReasonVOS: the whole numbers in the text of the frame that is asked about."""
    return [int(digits) for digits in NUMBER.findall(value[FRAME])]


READERS: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "lisa": ("boxes", first_shape),
    "llmseg": ("bbox", flat),
    "revos": ("bbox_list", in_frame),
    "reasonvos": ("bbox_list", written_in_frame),
}
"""By data set: the field of its records that has the box in pixels, and how it is read."""


def named(text: str) -> list[float]:
    """The first box of a text, as shares of the image. Raises ``ValueError`` or ``OverflowError`` where a number is too long."""
    found = BOX.search(text)
    return [int(digits) / GRID for digits in found.groups()] if found else []


def score(text: str, value: Any, dataset: str, size: Sequence[float]) -> float:
    """The IoU of the first box of prompt and reply with what the record's field says, in an image of (width, height) pixels."""
    try:
        known = READERS[dataset][1](value)
        return iou(named(text), [known[corner] / size[corner % 2] for corner in range(4)])
    except SWALLOWED:
        return 0.0


def iou(a: Sequence[float], b: Sequence[float]) -> float:
    """Overlap over union with signed areas and the margin. Raises ``LookupError`` where a corner is missing."""
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    overlap = max(0, width) * max(0, height)
    return overlap / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - overlap + MARGIN)
