"""Rewards: ViGoRL's of a single turn (Gabesarch/grounded-rl e7970c0, ``src/trainer/rl/examples/reward_function``).

*Form* is a think block, white space and an answer block and nothing else, in which the first answer block, on however many lines, holds
what is asked. *Sight* is a pair of whole numbers in the first think block. *Worth* reads the first answer block that is on one line, or
else the whole text. Each is 0 to 1 and raises what the published functions let through: literals too deep or too large, and numbers of
over 4,300 digits.

Not at hand at that revision: the files were read as a fork took them over (zihui-debug/Grounded-RL-yf acabb33), and the examples bear them
out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from data.benchmarks.compat.tags import first, first_on_line
from data.benchmarks.compat.vigorl.literals import are_ints, literal

THINK, UNANSWER = "<think>", "</answer>"
TURN = re.compile(r"</think>\s*<answer>")
PAIR = re.compile(r"\((\d+)\s*,\s*(\d+)\)")
LETTERED = re.compile(r"[A-Za-z][.)]\s*(.*)")
"""An option with its letter; what follows it counts to the end of the line."""
BRACKET = re.compile(r"\[(.*?)\]")
WHOLE = re.compile(r"\[(\d+)\]")
ACCURACY_WEIGHT = FORM_WEIGHT = 0.5
HALF = 0.5
"""What the verb of an action is worth, and what its element is."""


def overall(worth: float, form: float) -> float:
    """The sum that a policy is rewarded with."""
    return ACCURACY_WEIGHT * worth + FORM_WEIGHT * form


def has_blocks(text: str) -> bool:
    """Whether the text is a think block, white space and an answer block; what stands inside the blocks may hold tags too."""
    if not (text.startswith(THINK) and text.endswith(UNANSWER)):
        return False
    turn = TURN.search(text, len(THINK))
    return turn is not None and turn.end() <= len(text) - len(UNANSWER)


def point_form(text: str) -> float:
    """Whether the form is kept and the answer is a tuple of two whole numbers, in round brackets."""
    answer = _answer(text)
    if answer is None or not (answer.startswith("(") and answer.endswith(")")):
        return 0.0
    try:
        value = literal(answer)
    except (ValueError, TypeError):
        return 0.0
    return float(isinstance(value, tuple) and are_ints(value, 2))


def choice_form(text: str) -> float:
    """Whether the form is kept and the answer holds anything but white space."""
    return float(bool(_answer(text)))


def action_form(text: str) -> float:
    """Whether the form is kept."""
    return float(has_blocks(text))


def sight(text: str) -> float:
    """Whether the first think block has a pair of whole numbers; raises ``ValueError`` where ``int`` reads one of its pairs not at all."""
    thought = first(text, "think")
    return float(bool({(int(x), int(y)) for x, y in PAIR.findall(thought)})) if thought else 0.0


def point_worth(text: str, box: str) -> float:
    """Whether the answer is a point in the box, edges included."""
    return hits(answer_text(text), box.strip())


def hits(answer: str, box: str) -> float:
    """Whether one literal says two whole numbers that lie in the four of another, be they tuples, lists or anything else with items."""
    try:
        corners: Sequence[Any] = tuple(literal(box))
        point: Sequence[Any] = tuple(literal(answer))
    except (ValueError, TypeError):
        return 0.0
    return float(are_ints(corners, 4) and are_ints(point, 2) and is_inside(tuple(point), corners))


def is_inside(point: Sequence[float], box: Sequence[float]) -> bool:
    """Whether a point lies in x1, y1, x2, y2, edges included."""
    return box[0] <= point[0] <= box[2] and box[1] <= point[1] <= box[3]


def choice_worth(text: str, known: str) -> float:
    """Whether the answer, without one letter before it and in lower case, is the known text as that stands."""
    answer = answer_text(text)
    option = LETTERED.match(answer)
    return float((option[1].strip() if option else answer).lower() == known.strip())


def action_worth(text: str, known: str) -> float:
    """0, 0.5 or 1. The verb is the first of five that stands anywhere in the answer; what is typed is never compared."""
    answer = answer_text(text)
    for verb in ("go_back", "stop"):
        if verb in answer:
            return float(verb in known)
    if "scroll" in answer:
        return float(any(way in answer and way in known for way in ("[down]", "[up]")))
    if "click" in answer:
        return _element_worth("click", WHOLE, answer, known)
    return _element_worth("type", BRACKET, answer, known) if "type" in answer else 0.0


def answer_text(text: str) -> str:
    """What is judged: the first answer block on one line, or else all of it."""
    found = first_on_line(text, "answer")
    return (text if found is None else found).strip()


def _element_worth(verb: str, place: re.Pattern[str], answer: str, known: str) -> float:
    """Half for the verb and half for the first element in square brackets; nothing where either text has no element."""
    said, asked = place.search(answer), place.search(known)
    if said is None or asked is None:
        return 0.0
    return HALF * (verb in known) + HALF * (said[1].strip() == asked[1].strip())


def _answer(text: str) -> str | None:
    """The first answer block of a text that keeps the form."""
    answer = first(text, "answer") if has_blocks(text) else None
    return answer.strip() if answer is not None else None
