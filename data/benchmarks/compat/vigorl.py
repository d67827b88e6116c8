"""ViGoRL's rewards of a single turn (Gabesarch/grounded-rl e7970c0, ``reward_function/*_grounded_thinking.py``).

The whole reply must be a think block, white space and an answer block; the first think block must hold a pair of whole numbers. The two
are one figure, *format*. *Accuracy* reads the first answer block that is on one line, or else the whole reply.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from data.benchmarks.compat.literals import Numbers, whole_numbers
from data.sample import Task

REPLY = re.compile(r"<think>.*?</think>\s*<answer>(.*?)</answer>", re.DOTALL)
THINK = re.compile(r"<think>(.*?)</think>", re.DOTALL)
ANSWER = re.compile(r"<answer>(.*?)</answer>")
PAIR = re.compile(r"\(\d+\s*,\s*\d+\)")
LETTER = re.compile(r"[A-Za-z][.)]\s*")
BRACKET = re.compile(r"\[(.*?)\]")
WHOLE = re.compile(r"\[(\d+)\]")


def keeps_form(text: str, task: Task) -> bool:
    """Whether the format reward is 1."""
    reply = REPLY.fullmatch(text)
    think = THINK.search(text)
    return reply is not None and think is not None and PAIR.search(think[1]) is not None and is_answer(reply[1].strip(), task)


def is_answer(block: str, task: Task) -> bool:
    """Whether an answer block holds what is asked: a point in brackets, or anything at all."""
    if task != Task.POINT:
        return bool(block)
    return block.startswith("(") and block.endswith(")") and whole_numbers(block, 2) is not None


def answer_text(text: str) -> str:
    """What is judged."""
    found = ANSWER.search(text)
    return (found[1] if found else text).strip()


def hits(answer: str, box: Sequence[float]) -> bool:
    """Whether the answer is a pair of whole numbers in a box, edges included."""
    point = whole_numbers(answer, 2)
    return point is not None and is_inside(point, box)


def is_inside(point: Numbers, box: Sequence[float]) -> bool:
    """Whether a point lies in x1, y1, x2, y2, edges included."""
    return box[0] <= point[0] <= box[2] and box[1] <= point[1] <= box[3]


def is_choice(answer: str, known: str) -> bool:
    """Whether the answer, without one letter before it and in lower case, is the known text as that stands."""
    letter = LETTER.match(answer)
    return (answer[letter.end() :] if letter else answer).strip().lower() == known


def action_worth(answer: str, known: str) -> float:
    """0, 0.5 or 1. The verb is the first of five that stands anywhere in a text; what is typed is never compared."""
    for verb in ("go_back", "stop"):
        if verb in answer:
            return float(verb in known)
    if "scroll" in answer:
        return float("scroll" in known and any(way in answer and way in known for way in ("[up]", "[down]")))
    for verb, place in (("click", WHOLE), ("type", BRACKET)):
        if verb in answer:
            said, asked = place.search(answer), place.search(known)
            return 0.5 * (verb in known) + 0.5 * (said is not None and asked is not None and said[1] == asked[1])
    return 0.0
