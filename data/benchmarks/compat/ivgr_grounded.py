"""iVGR's grounded rewards (Visual-AI/iVGR 2ecdbaf, ``reward_function/adagrounding_dual_group_training.py``).

A repeat is sought among the boxes that could be read, inverted ones too, up to half the number of tags. Boxes and their overlap are read
as TreeBench reads them, from the tightened text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from data.benchmarks.compat.treebench import Corners, in_order, iou, recall

SIGN = re.compile(r"([<>/])\s*")
THINK, THOUGHT, ANSWER, ANSWERED = "<think>", "</think>", "<answer>", "</answer>"
DUPLICATE_IOU = 0.9
"""Two boxes that overlap by more are one box twice."""


def tight(text: str) -> str:
    """The text without white space beside ``<``, ``>`` and ``/``."""
    pieces = SIGN.split(text)
    pieces[:-1:2] = [piece.rstrip() for piece in pieces[:-1:2]]
    return "".join(pieces)


def keeps_form(tightened: str) -> bool:
    """Whether a think and an answer block are there in order and nothing stands around them; there may be several of each."""
    if not (tightened.startswith(THINK) and tightened.endswith(ANSWERED)):
        return False
    thought = tightened.find(THOUGHT, len(THINK))
    return thought >= 0 and tightened.find(ANSWER, thought + len(THOUGHT), len(tightened) - len(ANSWERED)) >= 0


def validity(boxes: Sequence[Corners | None]) -> tuple[float, float]:
    """The share of tags that hold a box in order, and the number of tags; 0 and 0 where there is none, or a box is there twice."""
    read = [box for box in boxes if box is not None]
    if not boxes or any(_is_repeated(place, read) for place in range(min(len(boxes) // 2, len(read)))):
        return 0.0, 0.0
    return len(in_order(boxes)) / len(boxes), float(len(boxes))


def overlap(boxes: Sequence[Corners | None], asked: Sequence[Sequence[float]]) -> float:
    """The mean of recall and precision by best IoU; where no box is known, 1 for any box in order and 0 for none."""
    given = in_order(boxes)
    return 0.5 * (recall(asked, given) + recall(given, asked)) if asked else float(bool(given))


def _is_repeated(place: int, read: Sequence[Corners]) -> bool:
    return any(number != place and iou(read[place], other) > DUPLICATE_IOU for number, other in enumerate(read))
