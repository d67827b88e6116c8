"""Marks: sentences of a chain that somebody says show a habit, and the figures that follow from them.

The sentences of all steps are numbered from 1, as ``sentences`` divides them. What a mark does not decide is counted as it is by phrases: a
subgoal is grounded where its step has a place, and neighbours in one thought that turn back are one turn.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from data.scoring.behaviour.measures import BEHAVIOUR, Measure
from data.scoring.behaviour.phrases import Habit, count_shown, sentence_spans
from data.scoring.behaviour.visits import places_of
from data.trace import Step, Trace

JUDGED = f"{BEHAVIOUR}judged_"
"""What the names of rows start with that a judge's marks come to."""
MARKED: Mapping[Measure, Habit] = {
    Measure.SUBGOALS: Habit.SUBGOAL,
    Measure.VERIFICATIONS: Habit.VERIFICATION,
    Measure.BACKTRACKS: Habit.BACKTRACK,
}
"""The measures that marks decide, and the habit of each."""
Marks = Mapping[Habit, Set[int]]
"""Numbers of sentences by habit."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a chain."""

    step: int
    """Which step it is of, from 0."""
    said: Step
    """Its words and the places in it."""
    is_placed: bool
    """Whether its step names or looks at a place."""


def sentences_of(trace: Trace) -> list[Sentence]:
    """The sentences of all steps, in order."""
    return [
        Sentence(number, said, any(True for _ in places_of(step))) for number, step in enumerate(trace.steps) for said in _divided(step)
    ]


def count_marks(sentences: Sequence[Sentence], marks: Marks) -> dict[Measure, int]:
    """What marks come to, for each measure that they decide."""
    return {measure: _count(sentences, measure, marks[habit]) for measure, habit in MARKED.items()}


def marked_rows(
    subject_id: str, counts: Mapping[Measure, float] | None, request_ids: Sequence[str] = (), error: str | None = None
) -> Iterator[dict[str, Any]]:
    """Rows of ``judgements`` named ``behaviour_judged_<measure>``; without counts they have no values, and the ``error`` says why."""
    for measure in MARKED:
        value = None if counts is None else float(counts[measure])
        yield {"subject_id": subject_id, "name": f"{JUDGED}{measure}", "value": value, "request_ids": list(request_ids), "error": error}


def _count(sentences: Sequence[Sentence], measure: Measure, marked: Set[int]) -> int:
    shown = [
        (sentence.step, number in marked and (sentence.is_placed or measure != Measure.SUBGOALS))
        for number, sentence in enumerate(sentences, start=1)
    ]
    by_step = groupby(shown, key=lambda one: one[0])
    return sum(count_shown(MARKED[measure], [is_shown for _, is_shown in step]) for _, step in by_step)


def _divided(step: Step) -> Iterator[Step]:
    spans = sentence_spans(step.thought)
    starts = [start for start, _ in spans]
    for number, (start, end) in enumerate(spans):
        own = [mention for mention in step.mentions if _last(starts, mention.offset) == number]
        yield Step(step.thought[start:end], tuple(replace(one, offset=max(0, min(one.offset, end) - start)) for one in own))


def _last(starts: Sequence[int], offset: int) -> int:
    """Which sentence an offset is in or behind."""
    return max((number for number, start in enumerate(starts) if start <= offset), default=0)
