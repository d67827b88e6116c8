"""Visual-RFT's rewards for lists of boxes (Liuziyu77/Visual-RFT 9486633, ``src/virft/src/open_r1/grpo.py``).

An answer is a list of ``{'Position': [x1, y1, x2, y2], 'Confidence': number}``, read as JSON once ``'`` is ``"``. In order of confidence
each box takes the free known box that it overlaps most, if by more than half. Whatever goes wrong on the way makes both rewards 0.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from data.benchmarks.compat import tags

THINK, ANSWER, ANSWERED = "<think>", "<answer>", "</answer>"
TURN = re.compile(r"</think>\s*<answer>")
MATCH_IOU = 0.5
CAUGHT = (ArithmeticError, LookupError, MemoryError, RecursionError, TypeError, ValueError)
"""What reading and matching can raise; the published code catches everything."""


def keeps_form(text: str) -> bool:
    """Whether a think block, white space and an answer block are the whole text; tags within them do not matter."""
    is_framed = text.startswith(THINK) and text.endswith(ANSWERED)
    return is_framed and TURN.search(text, len(THINK), len(text) - len(ANSWERED)) is not None


def rewards(text: str, solution: str) -> tuple[float, float]:
    """The IoU and the confidence reward without symbolic verification, both at most 1 and the second at least 0; NaN stays NaN."""
    try:
        known, found = listed(solution.strip()), answered_boxes(text)
        if found is None or type(found[0]) is not dict:
            return 0.0, 0.0
        matches = list(matched(known, distinct(found)))
        overlap, confidence = _sums(matches)
        overlap, confidence = overlap / max(len(known), len(matches)), confidence / len(matches)
    except CAUGHT:
        return 0.0, 0.0
    return _at_most_one(overlap), 0.0 if confidence < 0 else _at_most_one(confidence)


def answered_boxes(text: str) -> Any:
    """The list in the first answer block that is on one line, or else in the whole reply; None where it is no JSON."""
    block = tags.first_on_line(text, "answer")
    answer = (text if block is None else block).strip()
    return listed(f"{ANSWER}{answer}{ANSWERED}".replace("[[", "[").replace("]]", "]").replace("\n", ""))


def listed(text: str) -> Any:
    """The list between the first opening answer tag and the first closing one, or the end; None where there is none.

    One that does not end in a bracket loses what follows its last ``},`` and is closed.
    """
    start, end = text.find(ANSWER), text.find(ANSWERED)
    if start < 0:
        return None
    body = text[start + len(ANSWER) : end if end >= 0 else None]
    if not body.endswith("]"):
        body = body.rsplit("},", 1)[0] + "}]"
    try:
        return json.loads(body.replace("'", '"'))
    except json.JSONDecodeError:
        return None


def distinct(boxes: Sequence[Any]) -> list[Any]:
    """The boxes without those whose position was there before."""
    seen: dict[Any, Any] = {}
    for box in boxes:
        seen.setdefault(tuple(box["Position"]), box)
    return list(seen.values())


def matched(known: Any, found: Sequence[Any]) -> Iterator[tuple[float, Any]]:
    """The IoU (0 without a match) and the confidence of each box, the most confident first."""
    free = dict(enumerate(known))
    for box in sorted(found, key=lambda one: one["Confidence"], reverse=True):
        best, place = 0.0, None
        for number, other in free.items():
            overlap = iou(other["Position"], box["Position"])
            if overlap > best:
                best, place = overlap, number
        if best > MATCH_IOU and place is not None:
            del free[place]
        yield best if best > MATCH_IOU else 0, box["Confidence"]


def iou(a: Sequence[float], b: Sequence[float]) -> float:
    """Overlap over union with signed areas; 0 where the boxes do not overlap. Raises where either is no row of four numbers."""
    (ax1, ay1, ax2, ay2), (bx1, by1, bx2, by2) = a, b
    left, top, right, bottom = max(ax1, bx1), max(ay1, by1), min(ax2, bx2), min(ay2, by2)
    if right <= left or bottom <= top:
        return 0.0
    overlap = (right - left) * (bottom - top)
    return overlap / ((ax2 - ax1) * (ay2 - ay1) + (bx2 - bx1) * (by2 - by1) - overlap)


def _sums(matches: Sequence[tuple[float, Any]]) -> tuple[float, float]:
    overlap = confidence = 0.0
    for iou, said in matches:
        overlap += iou
        confidence += said if iou else 1 - said
    return overlap, confidence


def _at_most_one(reward: float) -> float:
    return 1.0 if reward > 1 else reward
