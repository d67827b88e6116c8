"""Judge: how ViGoRL's evaluation judges (Gabesarch/grounded-rl e7970c0, ``src/vlmsearch/reward_funcs/judge.py``).

They judge search and evaluation, by other rules than the rewards: the answer is what follows the first answer tag up to the next tag of
that kind (``tree_search/single_path_rollouts.py``), and a reply without that tag is never judged. ``rewards`` says which copy
was read.
"""

from __future__ import annotations

import math

from data.benchmarks.compat.vigorl.literals import literal

ANSWER, UNANSWER = "<answer>", "</answer>"
NEAR_PX = 50
"""A point is right within so many pixels of the known one, exclusive (``src/vlmsearch/arguments.py`` line 34)."""
DROPPED = str.maketrans("", "", ".?!,;:'\"()[]{}<>/\\|=+-_*&^%$#@`~ ")
"""What is struck out of texts before they are compared; of white space the blank alone."""


def judged_text(text: str) -> str | None:
    """What is judged of a reply; None where nothing is."""
    parts = text.split(ANSWER, 2)
    return parts[1].strip().split(UNANSWER, 1)[0].strip() if len(parts) > 1 else None


def is_near(answer: str, point: str) -> float:
    """Whether two literals are tuples of as many whole numbers less than ``NEAR_PX`` apart. Raises ``OverflowError`` for enormous ones."""
    try:
        known, said = literal(point), literal(answer)
    except ValueError:
        return 0.0
    if not (_is_place(known) and _is_place(said) and len(known) == len(said)):
        return 0.0
    return float(math.dist(known, said) < NEAR_PX)


def holds(answer: str, known: str) -> float:
    """Whether the known text is somewhere in the answer, case, punctuation and blanks aside; an empty one is in every answer."""
    return float(_plain(known) in _plain(answer))


def does(answer: str, known: str) -> float:
    """Whether an action is the known one. The verb is the first of five that stands anywhere in the answer.

    ``click`` and ``type`` must be two and three words parted by single blanks, the second somewhere in the known action.
    """
    said, asked = answer.strip().lower(), known.strip().lower()
    for verb in ("go_back", "stop", "scroll"):
        if verb in said:
            return float(verb in asked)
    for verb, count in (("click", 2), ("type", 3)):
        if verb in said:
            words = said.split(" ")
            return float(len(words) == count and verb in asked and words[1].strip() in asked)
    return 0.0


def _is_place(value: object) -> bool:
    return isinstance(value, tuple) and all(isinstance(part, int) for part in value)


def _plain(text: str) -> str:
    return text.lower().translate(DROPPED).strip().lower()
