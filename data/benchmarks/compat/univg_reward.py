"""UniVG-R1's rewards for any text whatever (AMAP-ML/UniVG-R1 44868ea, ``vlm_modules/qwen_module.py`` 75-152).

The rewards of training (``univg``) deviate from it for numbers of over 300 digits. A *direct* reply is one without a thought, as
the run was asked for where all it had was one image of COCO.
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
    said = text if direct else first(text, "answer")
    found = BOX.search(said) if said else None
    if found is None:
        return 0.0
    try:
        return iou([int(digits) for digits in found.groups()], known)
    except SWALLOWED:
        return 0.0


def form(text: str, *, direct: bool) -> float:
    """1 where a thought and an answer that is one box and nothing else end the text; of a direct one, where there is a box; 0 else."""
    if direct:
        return float(BOX.search(text) is not None)
    ending = ENDING.search(text)
    return float(ending is not None and THOUGHT in text[: ending.start()])
