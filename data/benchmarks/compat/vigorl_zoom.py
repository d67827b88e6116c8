"""ViGoRL's rewards of several turns (Gabesarch/grounded-rl e7970c0, ``point_in_bbox_multicrop.py``, ``string_match_multiturn.py``).

The tags must follow one another as think, call and observation, any number of times, then think and answer, and nothing after; every
call in braces must give two whole numbers. Other calls, a call's name, and whether a place is on the image do not matter.
"""

from __future__ import annotations

import json
import re

from data.benchmarks.compat.literals import Numbers, are_whole
from data.benchmarks.compat.vigorl import is_answer
from data.sample import Task

TAG = re.compile(r"</?(?:think|tool_call|observation|answer)>")
ORDER = re.compile(r"(?:<think></think><tool_call></tool_call><observation></observation>)*<think></think><answer></answer>")
END = re.compile(r"</answer>\s*(?:<\|im_end\|>)?\s*\Z")
ANSWER = re.compile(r"<answer>(.*?)</answer>", re.DOTALL | re.IGNORECASE)
CALL = re.compile(r"<tool_call>\s*(\{.*?\})\s*</tool_call>", re.DOTALL)


def keeps_form(text: str, task: Task) -> bool:
    """Whether the format reward is 1 or more."""
    answer = ANSWER.search(text)
    has_order = ORDER.fullmatch("".join(TAG.findall(text))) is not None and END.search(text) is not None
    return has_order and answer is not None and is_answer(answer[1].strip(), task) and looks(text) is not None


def looks(text: str) -> list[Numbers] | None:
    """The places of all calls in braces, in order; None where one gives no two whole numbers."""
    places = [_place(body) for body in CALL.findall(text)]
    known = [place for place in places if place is not None]
    return known if len(known) == len(places) else None


def answer_text(text: str) -> str:
    """What is judged: the first answer block, or else the whole reply."""
    found = ANSWER.search(text)
    return (found[1] if found else text).strip()


def is_text(answer: str, known: str) -> bool:
    """Whether two texts are equal but for case and the white space around them."""
    return answer.strip().lower() == known.strip().lower()


def _place(body: str) -> Numbers | None:
    try:
        place = json.loads(body)["arguments"]["coordinate"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return tuple(place) if isinstance(place, list) and are_whole(place, 2) else None
