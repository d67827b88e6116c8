"""Visual-RFT's reward for one box (Liuziyu77/Visual-RFT 9486633, ``src/virft/src/open_r1/grpo_lisa.py``): GIoU plus 1, 0 to 2.

Boxes are ``(x1,y1),(x2,y2)`` in thousandths. Where an answer has several, the first corners of the first two are taken for the two
corners of one. An answer that is the known one letter for letter is worth 2 whatever it holds.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from data.benchmarks.compat import tags

PAIR = r"\(\s*(\d+)\s*,\s*(\d+)\s*\)"
BOX = re.compile(rf"{PAIR}\s*,\s*{PAIR}")
THOUSAND = 1000
SAME = 2.0
CAUGHT = (ArithmeticError, LookupError, ValueError)
"""No box, or one of too large numbers, is worth 0."""
Corner = tuple[float, float]


def reward(text: str, solution: str) -> float:
    """The accuracy reward without symbolic verification; NaN where infinities meet."""
    block, known_block = tags.first(text, "answer"), tags.first_on_line(solution, "answer")
    said = (text if block is None else block).strip()
    known = (solution if known_block is None else known_block).strip()
    if said == known:
        return SAME
    try:
        return giou(corners(known), corners(said)) + 1
    except CAUGHT:
        return 0.0


def corners(text: str) -> list[Corner]:
    """The first corners of all boxes, then the second ones, as shares. Raises ``ValueError`` or ``OverflowError`` on too large a number."""
    found = [[int(digits) / THOUSAND for digits in box] for box in BOX.findall(text)]
    return [(box[0], box[1]) for box in found] + [(box[2], box[3]) for box in found]


def giou(known: Sequence[Corner], said: Sequence[Corner]) -> float:
    """IoU less the share of the common hull that is in neither box, areas signed (H. Rezatofighi and others, CVPR 2019).

    Raises ``IndexError`` where either has no two corners.
    """
    (kx1, ky1), (kx2, ky2) = known[0], known[1]
    (sx1, sy1), (sx2, sy2) = said[0], said[1]
    overlap = max(0, min(kx2, sx2) - max(kx1, sx1)) * max(0, min(ky2, sy2) - max(ky1, sy1))
    union = (kx2 - kx1) * (ky2 - ky1) + (sx2 - sx1) * (sy2 - sy1) - overlap
    iou = overlap / union if union > 0 else 0.0
    hull = (max(kx2, sx2) - min(kx1, sx1)) * (max(ky2, sy2) - min(ky1, sy1))
    return iou - (hull - union) / hull if hull > 0 else iou
