"""Grading: scores thoughts and answers that the messages show, by their words alone.

Where the messages list what each score stands for, the score is the one whose line fits; else 1 or 0 says whether two answers are the same.
With temperature the reply is at times wordier than it was asked to be, as language models are.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from typing import Any

from models.teacher.embedded.brief import text_of
from models.teacher.embedded.grammar import COLOR_WORDS, SHAPE_WORDS

ASKED = re.compile(r"\breply with the number alone\b", re.IGNORECASE)
LEVEL = re.compile(r"^(\d(?:\.\d)?): .+$", re.MULTILINE)
BLOCK = re.compile(r"^([A-Z][a-z ]*):\n((?:- .*\n?)+)", re.MULTILINE)
LINE = re.compile(r"^([A-Z][a-z]* answer|Question): (.*)$", re.MULTILINE)
WORD = re.compile(r"[a-z]+")
TAG = re.compile(r"<(\w+)>[^<>]*</\1>")
FILLER_WORDS = "a an the is at in of it on to i see and left right top middle bottom center above below"
FILLERS = frozenset(FILLER_WORDS.split())
NAMES = frozenset([*COLOR_WORDS, *SHAPE_WORDS])
CHATTY = 0.3
"""Share of replies per unit of temperature that say more than the number."""
CHATTER = (
    "Going by the lines above, I would say {score}, perhaps a little less.",
    "The score is {score}.",
    "They name nearly the same things. <score>{score}</score>",
    "{score} out of all that could be had",
)


def grade(messages: Sequence[Mapping[str, Any]], temperature: float, rng: random.Random) -> str | None:
    """The score; None where the messages ask for none."""
    text = "\n".join(text_of(message) for message in messages)
    if not ASKED.search(text):
        return None
    score = _score(text)
    return rng.choice(CHATTER).format(score=score) if rng.random() < CHATTY * temperature else score


def _score(text: str) -> str:
    lines = dict(LINE.findall(text))
    blocks = {name: _words(lines) for name, lines in BLOCK.findall(text)}
    levels = LEVEL.findall(text)
    if not levels:
        return str(int(_words(lines.get("Known answer", "")) == _words(lines.get("Given answer", ""))))
    if "Reference thoughts" in blocks:
        said, known = blocks.get("Thoughts to judge", set()), blocks["Reference thoughts"]
        return str(levels[-1 - bool(said - known) - bool(known - said)])
    wanted = _words(lines.get("Question", "")) & NAMES | _words(TAG.sub(" ", lines.get("Given answer", "")))
    named = len(wanted & blocks.get("Thoughts", set())) / len(wanted) if wanted else 1.0
    return str(levels[round(named * (len(levels) - 1))])


def _words(text: str) -> set[str]:
    return set(WORD.findall(TAG.sub(" ", text).lower())) - FILLERS
