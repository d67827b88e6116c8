"""ViGoRL's multi-turn form: a thought may end in a tool call, and the next turn shows the place enlarged.

An assistant's turn is a think block followed by a call, ``{"name": "search_coordinate", "arguments": {"coordinate": [x, y]}}``, or by the
answer. Coordinates are always on the whole image. A call on an image other than the first also says ``"image": 2``. The user's turn is
an observation with the crop. As one string, the turns stand one after another with a line between them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

from data.dialects.calls import Fault, quoted, read_call, reason, write_call
from data.dialects.dialect import Parsed, Turn
from data.dialects.inline import BLOCK_TAG, split_blocks
from data.dialects.places import rounded
from data.dialects.registry import register
from data.dialects.vigorl import Vigorl
from data.observing import observation
from data.sample import Task
from data.space import Frame
from data.trace import PlacedPoint, Step, Trace, Zoom

CALL = re.compile(r"\s*<think>(.*?)</think>\s*<tool_call>(.*?)</tool_call>\s*", re.DOTALL)
OBSERVATION = re.compile(r"<observation>.*?</observation>", re.DOTALL)


@register
class VigorlZoom(Vigorl):
    """Points in thoughts, and calls for a closer look."""

    has_turns = True

    def __init__(self) -> None:
        super().__init__("vigorl_zoom")

    def render(self, trace: Trace, frames: Sequence[Frame], task: Task) -> str:
        """All turns as one string."""
        return "\n".join(turn.text for turn in self.render_turns(trace, frames, task))

    def parse(self, text: str, frames: Sequence[Frame], task: Task) -> Parsed:
        """What the assistant says between the observations."""
        return self.parse_turns([Turn("assistant", said) for said in OBSERVATION.split(text)], frames, task)

    def project(self, trace: Trace, frames: Sequence[Frame], task: Task) -> Trace:
        """Tidy thoughts; a step that asks for several looks becomes as many steps, a look without a thought ends the thought before."""
        plain = super().project(replace(trace, steps=()), frames, task)
        steps: list[Step] = []
        for step in chain.from_iterable(self._looks(step, frames) for step in trace.steps):
            says_nothing = not (step.thought or step.mentions)
            if says_nothing and step.zooms and steps and not steps[-1].zooms:
                steps[-1] = replace(steps[-1], zooms=step.zooms)
            elif not says_nothing or step.zooms:
                steps.append(step)
        return replace(plain, steps=tuple(steps))

    def render_turns(self, trace: Trace, frames: Sequence[Frame], task: Task, most_looks: int | None = None) -> list[Turn]:
        """The assistant's turns with the user's observations between them."""
        carried = self.project(trace, frames, task)
        looks = sum(len(step.zooms) for step in carried.steps)
        if most_looks is not None and looks > most_looks:
            raise ValueError(f"a trace with {looks} looks has no conversation of at most {most_looks}")
        turns: list[Turn] = []
        waiting: list[Step] = []
        for step in carried.steps:
            waiting.append(step)
            for zoom in step.zooms:
                shown = observation(is_last=len(turns) // 2 + 1 == most_looks)
                turns += [Turn("assistant", self._call(waiting, zoom, frames), zoom), Turn("user", shown, zoom)]
                waiting = []
        return [*turns, Turn("assistant", super().render(Trace(tuple(waiting), carried.answer), frames, task))]

    def parse_turns(self, turns: Sequence[Turn], frames: Sequence[Frame], task: Task) -> Parsed:
        """The trace of a conversation's assistant turns; those of the user are not read."""
        said = [turn.text for turn in turns if turn.role == "assistant"]
        if not said:
            return Parsed(None, "there is no turn of the assistant")
        steps: list[Step] = []
        first_error: str | None = None
        for number, text in enumerate(said[:-1], start=1):
            found, error = self._read_call(text, frames)
            steps += found
            first_error = first_error or (error and f"turn {number}: {error}")
        last = super().parse(said[-1], frames, task)
        if last.trace is None:
            return Parsed(None, first_error or last.error)
        return Parsed(replace(last.trace, steps=(*steps, *last.trace.steps)), first_error or last.error)

    def parse_call(self, text: str, frames: Sequence[Frame]) -> tuple[Zoom | None, str | None]:
        """The look that a turn asks for, or why it is none; neither where the turn makes no call."""
        if "<tool_call>" not in text:
            return None, None
        steps, error = self._read_call(text, frames)
        return (steps[-1].zooms[0], error) if steps and steps[-1].zooms else (None, error)

    def is_final(self, text: str) -> bool:
        """Whether a turn gives an answer, right or wrong in form."""
        return split_blocks(text).answer is not None

    def _looks(self, step: Step, frames: Sequence[Frame]) -> list[Step]:
        points = [rounded(zoom.point, frames) for zoom in step.zooms]
        zooms = [Zoom(point) for point in points if isinstance(point, PlacedPoint)]
        thought = self.project_step(step, frames)
        return [replace(thought, zooms=tuple(zooms[:1])), *(Step("", (), (zoom,)) for zoom in zooms[1:])]

    def _call(self, steps: Sequence[Step], zoom: Zoom, frames: Sequence[Frame]) -> str:
        return f"{self.write_think(steps, frames)}\n<tool_call>\n{write_call(zoom, frames)}\n</tool_call>"

    def _read_call(self, text: str, frames: Sequence[Frame]) -> tuple[list[Step], str | None]:
        match = CALL.fullmatch(text)
        if match is None or any(BLOCK_TAG.search(body) for body in match.groups()):
            return [], reason(Fault.FORM, f"{quoted(text)} is not a think block followed by one call")
        steps = list(self.read_think(match[1], frames))
        zoom, error = read_call(match[2], frames)
        if zoom is None:
            return steps, error
        return [*steps[:-1], replace(steps[-1] if steps else Step(""), zooms=(zoom,))], error
