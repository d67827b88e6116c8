"""iVGR's textual form: thoughts without any place. The answer of a task that asks for places holds them as in ``vigorl``."""

from __future__ import annotations

from collections.abc import Sequence

from data.dialects.coordinates import find_coordinates, strip_coordinates
from data.dialects.dialect import Loss
from data.dialects.inline import Inline
from data.dialects.registry import register
from data.dialects.thoughts import tidy_step
from data.dialects.vigorl import TUPLES
from data.sample import Task
from data.space import Frame
from data.trace import Step, Trace


@register
class Textual(Inline):
    """No places in thoughts; one that is there all the same, as numbers in whatever form, is an error."""

    def __init__(self) -> None:
        super().__init__("textual", TUPLES)

    def thought_error(self, body: str) -> str | None:
        """The first place that a line gives as numbers."""
        found = next((place for line in body.split("\n") if (place := find_coordinates(line)) is not None), None)
        return None if found is None else f"a thought holds a place, {found}, which {self.name} does not write"

    def project_step(self, step: Step, frames: Sequence[Frame]) -> Step:
        """A tidy step without zooms and without numbers that give places."""
        tidy = super().project_step(step, frames)
        while find_coordinates(tidy.thought) is not None:
            tidy = tidy_step(strip_coordinates(tidy.thought), ())
        return tidy

    def losses(self, trace: Trace, task: Task) -> tuple[str, ...]:
        """As of every inline form, and the numbers."""
        numbers = any(find_coordinates(step.thought) is not None for step in trace.steps)
        return (*super().losses(trace, task), *([Loss.NUMBERS] if numbers else []))
