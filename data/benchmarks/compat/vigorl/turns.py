"""Turns: ViGoRL's rewards of several turns (Gabesarch/grounded-rl e7970c0, ``src/trainer/rl/examples/reward_function``).

``point_in_bbox_multicrop.py`` and ``string_match_multiturn.py``. *Form* is 1 and a bonus for looks apart from one another, or 0: the tags
follow one another as think, call and observation, any number of times, then think and answer, and nothing but an end marker after. Tags
count in any case when their order is read, but not where an answer or a call is. Raises ``OverflowError`` where a distance is too large
for a float. ``rewards`` says which copy was read.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence

from data.benchmarks.compat.tags import first
from data.benchmarks.compat.vigorl.literals import are_ints, literal
from data.benchmarks.compat.vigorl.rewards import UNANSWER, point_worth

__all__ = ["choice_form", "overall", "point_form", "point_worth", "text_worth"]

ORDER = re.compile(r"(?:<think></think><tool_call></tool_call><observation></observation>)*<think></think><answer></answer>")
CALL = re.compile(r"<tool_call>\s*(\{.*?\})\s*</tool_call>", re.DOTALL)
TAG = re.compile(r"</?(?:tool_call|observation|think|answer)>", re.IGNORECASE)
OPENING, CLOSING = re.compile("<answer>", re.IGNORECASE), re.compile("</answer>", re.IGNORECASE)
POINT = re.compile(r"<answer>\s*\(([^)]*)\)\s*</answer>")
END = "<|im_end|>"
APART_PX = 10
"""Looks nearer than this to an earlier one earn nothing."""
LOOK_BONUS = 0.2
ACCURACY_WEIGHT, FORM_WEIGHT = 0.6, 0.4
NO_CALL = (ValueError, AttributeError, RecursionError, MemoryError)
NO_POINT = (ValueError, ArithmeticError, RecursionError, MemoryError)

Look = Sequence[int]


def overall(worth: float, form: float) -> float:
    """The sum that a policy is rewarded with."""
    return ACCURACY_WEIGHT * worth + FORM_WEIGHT * form


def point_form(text: str) -> float:
    """0, or 1 and the bonus, where the answer is two whole numbers in round brackets."""
    said = text.strip()
    looks = ordered_looks(said)
    return 0.0 if looks is None or not _answers_point(said) else _earned(looks)


def choice_form(text: str) -> float:
    """0, or 1 and the bonus, where the answer holds anything but white space."""
    said = text.strip()
    looks = ordered_looks(said)
    return 0.0 if looks is None or not (first(said, "answer") or "").strip() else _earned(looks)


def text_worth(text: str, known: str) -> float:
    """Whether the answer, the first block in tags of any case or else all of it, is the known text but for case and white space around."""
    opening = OPENING.search(text)
    closing = CLOSING.search(text, opening.end()) if opening is not None else None
    answer = text[opening.end() : closing.start()] if opening is not None and closing is not None else text
    return float(answer.strip().lower() == known.strip().lower())


def ordered_looks(said: str) -> list[Look] | None:
    """The places of all calls in braces, in order; None where tags are out of order or one such call has no two whole numbers."""
    if not said.removesuffix(END).rstrip().endswith(UNANSWER):
        return None
    if ORDER.fullmatch("".join(TAG.findall(said)).lower()) is None:
        return None
    looks: list[Look] = []
    for body in CALL.findall(said):
        look = _look(body)
        if look is None:
            return None
        looks.append(look)
    return looks


def _look(body: str) -> Look | None:
    try:
        place = json.loads(body).get("arguments", {}).get("coordinate")
    except NO_CALL:
        return None
    return place if isinstance(place, list) and are_ints(place, 2) else None


def _answers_point(said: str) -> bool:
    found = POINT.search(said)
    if found is None:
        return False
    try:
        value = literal(f"({found[1].strip()})")
    except NO_POINT:
        return False
    return isinstance(value, tuple) and are_ints(value, 2)


def _earned(looks: Sequence[Look]) -> float:
    """1, and the bonus for every look after the first that is apart from all that counted before it."""
    counted: list[Look] = []
    for look in looks:
        if not any(math.sqrt((look[0] - other[0]) ** 2 + (look[1] - other[1]) ** 2) < APART_PX for other in counted):
            counted.append(look)
    return 1.0 + LOOK_BONUS * (len(counted) - 1) if len(counted) > 1 else 1.0
