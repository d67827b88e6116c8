"""Rewriting: what is asked of the teacher for a chain, what a good reply is, and what stands in for one."""

from __future__ import annotations

from collections.abc import Sequence

from data.dialects import Parsed, get_dialect
from data.dialects.coordinates import strip_coordinates
from data.dialects.inline import split_blocks
from data.dialects.places import Notation, rounded
from data.dialects.thoughts import write_step
from data.sample import Sample
from data.scoring.score import normal
from data.space import Frame
from data.trace import Answer, Step, Trace

DIALECT = "textual"
TAGS = Notation(point="<point>[{},{}]</point>", box="<box>[{},{},{},{}]</box>")
"""How the teacher is shown the places of a chain."""


def tagged_lines(trace: Trace, frames: Sequence[Frame]) -> list[str]:
    """The thoughts, a line each, with their places as tags in the frames' model spaces."""
    return [line for step in trace.steps if (line := write_step(_writable(step, frames), lambda place: TAGS.write(place, frames)))]


def written_answer(trace: Trace, sample: Sample, frames: Sequence[Frame]) -> str:
    """The answer as the textual dialect writes it; where the task asks for a place it has coordinates."""
    return split_blocks(get_dialect(DIALECT).render(trace, frames, sample.task)).answer or ""


def read_rewriting(text: str, source: Trace, sample: Sample, frames: Sequence[Frame]) -> Parsed:
    """The trace of a rewriting that keeps the dialect and the answer and has no coordinates in its thoughts; else why it is none."""
    dialect = get_dialect(DIALECT)
    parsed = dialect.parse(text, frames, sample.task)
    if parsed.trace is None or parsed.error is not None:
        return Parsed(None, parsed.error)
    if not parsed.trace.steps:
        return Parsed(None, "there is no thought")
    kept = dialect.project(source, frames, sample.task).answer
    if not _is_same(parsed.trace.answer, kept):
        return Parsed(None, f"the answer should be {written_answer(source, sample, frames)!r} as in the chain")
    return parsed


def strip_chain(trace: Trace, sample: Sample, frames: Sequence[Frame]) -> Parsed:
    """The chain with its places cut out, nothing else changed."""
    steps = tuple(Step(strip_coordinates(step.thought)) for step in trace.steps)
    return Parsed(get_dialect(DIALECT).project(Trace(steps, trace.answer), frames, sample.task))


def _writable(step: Step, frames: Sequence[Frame]) -> Step:
    return Step(step.thought, tuple(mention for mention in step.mentions if rounded(mention.place, frames) is not None))


def _is_same(said: Answer, known: Answer) -> bool:
    if said.text is not None and known.text is not None:
        return normal(said.text) == normal(known.text)
    return said == known
