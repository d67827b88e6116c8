"""Rubric: what a judge is asked, which replies count, and how a reply is read.

Reading is anchored: the whole reply, or the one ``<score>`` block at its end, is exactly one of the levels as they are written. Nothing
is searched for within a sentence, rounded, or cut to a level.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from data.dialects.places import corners
from data.dialects.thoughts import one_line, write_step
from data.prompts import Prompt, prompt
from data.trace import PlacedBox, PlacedPoint, Step, Trace
from models.teacher.judge.config import JudgeKind
from models.teacher.judge.judge import JudgeQuestion

SCORE = re.compile(r"(?P<before>.*)<score>(?P<level>[^<>]*)</score>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Rubric:
    """A prompt and its levels."""

    kind: JudgeKind
    levels: Mapping[str, float]
    """Values by the ways in which they are written."""

    @property
    def prompt(self) -> Prompt:
        """``judge/<kind>``."""
        return prompt(f"judge/{self.kind}")

    def write(self, question: JudgeQuestion, *, see_places: bool = True) -> str:
        """The text that asks."""
        sample, trace = question.sample, question.trace
        return self.prompt.render(
            question=one_line(sample.question),
            context=sample.context,
            choices=sample.choices,
            known=one_line(sample.answer or ""),
            answer=said_answer(trace),
            thoughts=thought_lines(trace, see_places=see_places),
            reference=thought_lines(question.reference or Trace(), see_places=see_places),
        )

    def read(self, reply: str) -> float | None:
        """The value that a reply gives; None where it gives none."""
        reply = reply.strip()
        block = SCORE.fullmatch(reply)
        if block is None:
            return self.levels.get(reply)
        has_one = "score>" not in block["before"]
        return self.levels.get(block["level"].strip()) if has_one else None


RUBRICS: Mapping[JudgeKind, Rubric] = {
    rubric.kind: rubric
    for rubric in (
        Rubric(JudgeKind.ANSWER, {"0": 0.0, "1": 1.0}),
        Rubric(JudgeKind.CHAIN, {"1": 0.0, "2": 0.25, "3": 0.5, "4": 0.75, "5": 1.0}),
        Rubric(JudgeKind.CONSISTENCY, {"0": 0.0, "0.0": 0.0, "0.3": 0.3, "0.7": 0.7, "1": 1.0, "1.0": 1.0}),
    )
}
"""Every rubric by kind."""


def thought_lines(trace: Trace, *, see_places: bool = True) -> list[str]:
    """The thoughts, a line each; places are tags such as ``<point>[12,34]</point>`` in pixels of the stored images."""
    steps = trace.steps if see_places else [Step(step.thought) for step in trace.steps]
    return [line for step in steps if (line := write_step(step, place_tag))]


def said_answer(trace: Trace) -> str:
    """The answer as one line."""
    places: list[PlacedPoint | PlacedBox] = [*trace.answer.points, *trace.answer.boxes]
    return one_line(trace.answer.text or "") or "; ".join(map(place_tag, places)) or "none"


def place_tag(place: PlacedPoint | PlacedBox) -> str:
    """A place as a tag in pixels of its stored image; behind the image's number where it is not the first."""
    name = "point" if isinstance(place, PlacedPoint) else "box"
    xs, ys = corners(place)
    numbers = ",".join(f"{number:.0f}" for pair in zip(xs, ys, strict=True) for number in pair)
    ordinal = f"image {place.image_index + 1}: " if place.image_index else ""
    return f"{ordinal}<{name}>[{numbers}]</{name}>"
