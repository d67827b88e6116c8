"""VLM-R1's scorer of referring expressions (om-ai-lab/VLM-R1 90052f4, ``src/eval/test_rec_r1.py``), and what others took over from it.

Not at hand at that revision: the forks of the file that are all read alike, and the examples bear them out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from data.benchmarks.compat.tags import first

BOX = re.compile(r"\[(\d+),\s*(\d+),\s*(\d+),\s*(\d+)]")
NOWHERE = (0, 0, 0, 0)


def box(text: str) -> list[int]:
    """The last box between the first opening brace and the last closing one of the first answer; zeros where there is none.

    Raises ``ValueError`` where a number has more digits than Python reads.
    """
    inside = first(text, "answer")
    found = BOX.findall(inside, inside.find("{") + 1, inside.rfind("}")) if inside and "{" in inside and "}" in inside else []
    return [int(digits) for digits in (found[-1] if found else NOWHERE)]


def resized(corners: Sequence[float], seen: Sequence[float], stored: Sequence[float]) -> list[float]:
    """Corners in pixels of the image that the model saw as pixels of the stored one; sizes are (width, height).

    Raises ``OverflowError`` where no float holds a corner, ``ZeroDivisionError`` where the image has no extent.
    """
    return [corner / seen[axis % 2] * stored[axis % 2] for axis, corner in enumerate(corners)]


def iou(named: Sequence[float], known: Any) -> float:
    """Overlap over union with signed areas; an overlap that is no more than 1 wide or high counts as none.

    Raises what Python raises on a known box that is none, ``ZeroDivisionError`` where there is no union, ``OverflowError`` where no float
    holds it.
    """
    left, top = max(named[0], known[0]), max(named[1], known[1])
    right, bottom = min(named[2] - 1, known[2] - 1), min(named[3] - 1, known[3] - 1)
    overlap = (right - left + 1) * (bottom - top + 1) if left < right and top < bottom else 0
    union = (named[2] - named[0]) * (named[3] - named[1]) + (known[2] - known[0]) * (known[3] - known[1]) - overlap
    share: float = float(overlap) / union
    return share
