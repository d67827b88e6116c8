"""Phrases: how often the sentences of a chain show a habit, by the open list ``phrases.txt``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from functools import cache
from importlib.resources import files
from itertools import pairwise

FILE = "phrases.txt"
SENTENCES = re.compile(r"(?<=[.!?;])\s+|\n+")
"""Between sentences."""


class Habit(StrEnum):
    """What a sentence may do beside saying what is seen."""

    SUBGOAL = "subgoal"
    """It sets out to find something on the way."""
    VERIFICATION = "verification"
    """It checks what was said or seen."""
    BACKTRACK = "backtrack"
    """It gives up what it was on, or goes back."""


def sentences(thought: str) -> list[str]:
    """The sentences of a thought."""
    return [thought[start:end] for start, end in sentence_spans(thought)]


def sentence_spans(thought: str) -> list[tuple[int, int]]:
    """Where the sentences of a thought begin and end, without the white space around them."""
    cuts = [(match.start(), match.end()) for match in SENTENCES.finditer(thought)]
    pairs = zip([0, *(end for _, end in cuts)], [*(start for start, _ in cuts), len(thought)], strict=True)
    return [
        (end - len(thought[start:end].lstrip()), start + len(thought[start:end].rstrip()))
        for start, end in pairs
        if thought[start:end].strip()
    ]


def count_habits(thoughts: Iterable[str]) -> dict[Habit, int]:
    """How many sentences show each habit; of turning back, neighbours in one thought are one turn."""
    said = [sentences(thought) for thought in thoughts]
    found = patterns().items()
    return {
        habit: sum(count_shown(habit, [pattern.search(one) is not None for one in thought]) for thought in said) for habit, pattern in found
    }


def count_shown(habit: Habit, shown: Sequence[bool]) -> int:
    """How often one thought shows a habit, of which it is said for each sentence whether it does."""
    if habit == Habit.BACKTRACK:
        return sum(is_shown and not was_shown for was_shown, is_shown in pairwise([False, *shown]))
    return sum(shown)


@cache
def patterns() -> Mapping[Habit, re.Pattern[str]]:
    """One pattern for each habit. Raises ``ValueError`` on a file that names another habit, or lacks one."""
    return read_patterns(files("data.scoring.behaviour").joinpath(FILE).read_text())


def read_patterns(text: str) -> Mapping[Habit, re.Pattern[str]]:
    """The patterns of a file in that form."""
    found: dict[Habit, list[str]] = {}
    for line in text.splitlines():
        if line.startswith("["):
            found[Habit(line.strip("[] "))] = []
        elif line.strip() and not line.startswith("#"):
            list(found.values())[-1].append(line.strip())
    if lacking := [habit for habit in Habit if not found.get(habit)]:
        raise ValueError(f"{FILE} has no phrases of {', '.join(lacking)}")
    return {habit: _pattern(lines) for habit, lines in found.items()}


def _pattern(lines: list[str]) -> re.Pattern[str]:
    opening = [rf"\W*{line[1:]}" for line in lines if line.startswith("^")]
    inside = [line for line in lines if not line.startswith("^")]
    parts = [rf"\A(?:{'|'.join(opening)})\b"] * bool(opening) + [rf"\b(?:{'|'.join(inside)})\b"] * bool(inside)
    return re.compile("|".join(parts).replace(" ", r"\s+"), re.IGNORECASE)
