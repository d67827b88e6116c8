"""UniVG-R1's rewards (AMAP-ML/UniVG-R1 44868ea, ``vlm_modules/qwen_module.py`` 75-152).

A *direct* reply is one without a thought, as the run was asked for where all it had was one image of COCO.
"""

from __future__ import annotations

import re
from typing import Any

from data.benchmarks.compat.rec import iou
from data.benchmarks.compat.tags import first

BOX = re.compile(r"\((\d+),\s*(\d+)\),\s*\((\d+),\s*(\d+)\)")
THOUGHT = "<think>"
ENDING = re.compile(rf"</think>\s*<answer>{BOX.pattern}</answer>$")
SINGLE_IMAGE = "dataset/coco/train2014/COCO"
"""What the path of the first image holds where a problem counts as one with a single image."""
SWALLOWED = (ArithmeticError, LookupError, TypeError, ValueError)


def is_direct(first_image: str, single_img_with_cot: object) -> bool:
    """Whether a reply to a problem with this first image is read as a direct one."""
    return not single_img_with_cot and SINGLE_IMAGE in first_image


def accuracy(text: str, known: Any, *, direct: bool) -> float:
    """The IoU of the first box of the first answer, of the whole text where it is direct; 0 where anything fails."""
    try:
        said = box(text if direct else first(text, "answer"))
        return iou(said, known) if said is not None else 0.0
    except SWALLOWED:
        return 0.0


def box(said: str | None) -> list[int] | None:
    """The first box, as it stands: neither clamped nor put in order. Raises ``ValueError`` on a number of over 4,300 digits."""
    found = BOX.search(said) if said else None
    return [int(digits) for digits in found.groups()] if found is not None else None


def form(text: str, *, direct: bool) -> float:
    """1 where a thought and an answer that is one box and nothing else end the text; of a direct one, where there is a box; 0 else."""
    if direct:
        return float(BOX.search(text) is not None)
    ending = ENDING.search(text)
    return float(ending is not None and THOUGHT in text[: ending.start()])
