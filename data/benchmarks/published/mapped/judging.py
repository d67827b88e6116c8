"""Judging: which of the choices an answer names, by letter or by text, and why one that names none does not."""

from __future__ import annotations

import re
from collections.abc import Sequence

from data.benchmarks.benchmark import IS_YES, SAID_YES, Grade
from data.benchmarks.published.mapped.records import YES_OR_NO
from data.sample import Sample
from data.scoring.score import is_choice, normal
from data.trace import Answer

AMBIGUOUS = "ambiguous"
"""A score of a question with choices: whether an answer that names none has several of them at once."""


def named(text: str, choices: Sequence[str]) -> list[int]:
    """The places of the choices that a text names and says nothing beside; the rule is that of ``data.scoring``."""
    return [place for place, choice in enumerate(choices) if is_choice(text, choice, choices)]


def touched(text: str, choices: Sequence[str]) -> list[str]:
    """The choices whose text stands somewhere in a text, as whole words."""
    said = normal(text)
    return [choice for choice in choices if re.search(rf"(?<!\w){re.escape(normal(choice))}(?!\w)", said)]


def judge(sample: Sample, answer: Answer | None) -> Grade:
    """The strict word on a question with choices: exactly one is named, and it is the known one."""
    text = answer.text if answer is not None else None
    places = named(text, sample.choices) if text else []
    said = sample.choices[places[0]] if len(places) == 1 else None
    is_right = said is not None and said == sample.answer
    found = touched(text or "", sample.choices) if said is None else []
    scores = {"outcome": float(is_right), AMBIGUOUS: float(len(found) > 1)}
    if sample.choices == YES_OR_NO:
        scores |= {SAID_YES: float(said == YES_OR_NO[0]), IS_YES: float(sample.answer == YES_OR_NO[0])}
    return Grade(is_right, None, scores, None if is_right else _reason(text, said, found, sample.answer))


def _reason(text: str | None, said: str | None, found: Sequence[str], known: str | None) -> str:
    if not text:
        return "no answer was read"
    if said is not None:
        return f"{said!r} is named, not {known!r}"
    beside = f"; {', '.join(map(repr, found))} {'stands beside other words' if len(found) == 1 else 'stand there at once'}" if found else ""
    return f"{text[:100]!r} names none of the choices by its letter or its text alone{beside}"
