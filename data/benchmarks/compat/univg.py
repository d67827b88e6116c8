"""UniVG-R1's rewards (AMAP-ML/UniVG-R1 44868ea, ``vlm_modules/qwen_module.py`` 75-152)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from data.benchmarks.compat.literals import Numbers, counted

PAIR = r"\((\d+),\s*(\d+)\)"
BOX = re.compile(rf"{PAIR},\s*{PAIR}")
ANSWER = re.compile(r"<answer>(.*?)</answer>", re.DOTALL)
REPLY = re.compile(rf"<think>.*?</think>\s*<answer>{BOX.pattern}</answer>$", re.DOTALL)
LEAST_SIDE = 1
"""An overlap that is no wider or no higher counts as none."""


def keeps_form(text: str) -> bool:
    """Whether a think block and an answer block with one box, and nothing else in it, end the text; what stands before is free."""
    return REPLY.search(text) is not None


def box(text: str) -> Numbers | None:
    """The first box of the first answer block, as it stands: neither clamped nor put in order."""
    answer = ANSWER.search(text)
    found = BOX.search(answer[1].strip()) if answer else None
    return counted(found.groups()) if found else None


def iou(a: Sequence[float], b: Sequence[float]) -> float:
    """Overlap over union with signed areas; 0 where the overlap is no more than 1 wide or high."""
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    overlap = width * height if width > LEAST_SIDE and height > LEAST_SIDE else 0
    union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - overlap
    return overlap / union if union else 0.0
