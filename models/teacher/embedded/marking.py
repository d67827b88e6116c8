"""Marking: names the sentences of a chain that set a subgoal, that verify and that turn back, by words of its own.

They are other words than those of the phrases that behaviour is counted by without a model. With temperature the reply is at times wordier
than it was asked to be, as language models are.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from typing import Any

from models.teacher.embedded.brief import text_of

ASKED = re.compile(r"\byou mark what the sentences of a chain of thoughts\b", re.IGNORECASE)
SENTENCES = re.compile(r"^sentences:\n((?:\d+: .*\n?)+)", re.IGNORECASE | re.MULTILINE)
TAG = re.compile(r"<(\w+)>[^<>]*</\1>")
MARKS: Mapping[str, re.Pattern[str]] = {
    "subgoals": re.compile(
        r"\b(?:need to|have to|want to|going to|let me|let us|i will|first|next)\b.*\b(?:find|look|locate|see|compare)", re.I
    ),
    "verifications": re.compile(r"\b(?:check|verif\w+|confirm\w*|make sure|indeed|once more|again)\b", re.I),
    "backtracks": re.compile(r"\b(?:wait|wrong|mistaken|instead|elsewhere|go back|return|is not (?:it|what))\b", re.I),
}
"""What a sentence says that has the mark."""
CHATTY = 0.3
"""Share of replies per unit of temperature that say more than the lines."""
CHATTER = ("Going through the sentences.\n<marks>\n{lines}\n</marks>", "I would say:\n{lines}", "Hard to say, but roughly {lines}.")


def mark(messages: Sequence[Mapping[str, Any]], temperature: float, rng: random.Random) -> str | None:
    """The three lines; None where the messages ask for something else."""
    text = "\n".join(text_of(message) for message in messages)
    said = SENTENCES.search(text)
    if said is None or not ASKED.search(text):
        return None
    sentences = [TAG.sub(" ", line.partition(": ")[2]) for line in said[1].splitlines()]
    lines = "\n".join(f"{name}: {_numbers(pattern, sentences)}" for name, pattern in MARKS.items())
    return rng.choice(CHATTER).format(lines=lines) if rng.random() < CHATTY * temperature else lines


def _numbers(pattern: re.Pattern[str], sentences: Sequence[str]) -> str:
    return ", ".join(str(number) for number, sentence in enumerate(sentences, start=1) if pattern.search(sentence)) or "none"
