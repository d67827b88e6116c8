"""MIG-Bench as Migician scores it (thunlp/Migician 7b868a2, ``eval/utils.py``, ``eval/MIG_bench_eval.py``), and as UniVG-R1 does
(AMAP-ML/UniVG-R1 44868ea, ``eval/MIG_bench``), whose copy of it expects thousandths.

Both look for boxes in six forms, tags and thoughts notwithstanding; the first form that occurs anywhere is the only one that counts.
Migician's own file was not at hand: it was read in a copy that names it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

WHOLE, PART, GAP = r"(\d+)", r"(\d+\.\d+)", r",\s*"
FORMS = tuple(
    re.compile(form)
    for form in (
        rf"\({WHOLE}{GAP}{WHOLE}\){GAP}\({WHOLE}{GAP}{WHOLE}\)",
        rf"\[{PART}{GAP}{PART}{GAP}{PART}{GAP}{PART}\]",
        rf"\({PART},{PART}\),\({PART},{PART}\)",
        rf"\({PART}{GAP}{PART}{GAP}{PART}{GAP}{PART}\)",
        rf"\[{WHOLE}{GAP}{WHOLE}{GAP}{WHOLE}{GAP}{WHOLE}\]",
        rf"<box>{WHOLE}\s+{WHOLE}\s+{WHOLE}\s+{WHOLE}</box>",
    )
)
GRID = 1000
NOWHERE = (0.0, 0.0, 0.0, 0.0)


def written(text: str) -> list[tuple[str, ...]]:
    """The numbers of every box of the first form that the text has, as they are written."""
    return next((found for form in FORMS if (found := form.findall(text))), [])


def whole_box(text: str) -> list[float]:
    """UniVG-R1: the first box in whole numbers; zeros where there is none, or where one that comes before the last is none.

    Decimals are none, and so is a number of more digits than Python reads.
    """
    found = written(text)
    try:
        boxes = [[int(digits) for digits in box] for box in (found if len(found) == 1 else found[:-1])]
    except ValueError:
        return list(NOWHERE)
    return list(boxes[0] if boxes else NOWHERE)


def unit_boxes(text: str) -> list[float] | list[list[float]]:
    """Migician: the only box, or a list of all of them, empty where there is none; numbers above 1 are thousandths.

    1 itself is a thousandth in an only box, and the far edge in one of several.
    """
    found = [[float(digits) for digits in box] for box in written(text)]
    if len(found) == 1:
        return [number / GRID if number >= 1 else number for number in found[0]]
    return [[number / GRID if number > 1 else number for number in box] for box in found]


def iou(known: Any, named: Sequence[float]) -> float:
    """Overlap over union with signed areas; 0 where both are apart, or where the known box is none.

    Raises ``ZeroDivisionError`` where there is no union, ``OverflowError`` where no float holds it.
    """
    try:
        left, top = max(known[0], named[0]), max(known[1], named[1])
        right, bottom = min(known[2], named[2]), min(known[3], named[3])
    except (LookupError, TypeError):
        return 0.0
    if right < left or bottom < top:
        return 0.0
    overlap = (right - left) * (bottom - top)
    areas = (known[2] - known[0]) * (known[3] - known[1]) + (named[2] - named[0]) * (named[3] - named[1])
    share: float = overlap / (areas - overlap)
    return share
