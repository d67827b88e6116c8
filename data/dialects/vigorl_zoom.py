"""ViGoRL's multi-turn form: a thought may end in a tool call, and the next turn shows the place enlarged.

An assistant's turn is a think block followed by a call, ``{"name": "search_coordinate", "arguments": {"coordinate": [x, y]}}``, or by the
answer. Coordinates are always on the whole image. A call on an image other than the first also says ``"image": 2``. The user's turn is
an observation with the crop. As one string, the turns stand one after another with a line between them.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from data.dialects.dialect import Parsed, Turn
from data.dialects.inline import BLOCK_TAG
from data.dialects.places import FARTHEST, is_outside, place_of, rounded
from data.dialects.registry import register
from data.dialects.vigorl import Vigorl
from data.sample import Task
from data.space import Frame, Point
from data.trace import PlacedPoint, Step, Trace, Zoom

TOOL = "search_coordinate"
CALL = re.compile(r"\s*<think>(.*?)</think>\s*<tool_call>(.*?)</tool_call>\s*", re.DOTALL)
OBSERVATION = re.compile(r"<observation>.*?</observation>", re.DOTALL)
SHOWN = "<observation>\nThe place enlarged.\n</observation>"


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

    def render_turns(self, trace: Trace, frames: Sequence[Frame], task: Task) -> list[Turn]:
        """The assistant's turns with the user's observations between them."""
        carried = self.project(trace, frames, task)
        turns: list[Turn] = []
        waiting: list[Step] = []
        for step in carried.steps:
            waiting.append(step)
            for zoom in step.zooms:
                turns += [Turn("assistant", self._call(waiting, zoom, frames), zoom), Turn("user", SHOWN, zoom)]
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

    def _looks(self, step: Step, frames: Sequence[Frame]) -> list[Step]:
        points = [rounded(zoom.point, frames) for zoom in step.zooms]
        zooms = [Zoom(point) for point in points if isinstance(point, PlacedPoint)]
        thought = self.project_step(step, frames)
        return [replace(thought, zooms=tuple(zooms[:1])), *(Step("", (), (zoom,)) for zoom in zooms[1:])]

    def _call(self, steps: Sequence[Step], zoom: Zoom, frames: Sequence[Frame]) -> str:
        frame = frames[zoom.point.image_index]
        point = Point(zoom.point.x, zoom.point.y, frame.stored).to(frame.model)
        digits = frame.model.decimals or None
        arguments: dict[str, Any] = {"coordinate": [round(point.x, digits), round(point.y, digits)]}
        if zoom.point.image_index:
            arguments["image"] = zoom.point.image_index + 1
        call = json.dumps({"name": TOOL, "arguments": arguments})
        return f"{self.write_think(steps, frames)}\n<tool_call>\n{call}\n</tool_call>"

    def _read_call(self, text: str, frames: Sequence[Frame]) -> tuple[list[Step], str | None]:
        match = CALL.fullmatch(text)
        if match is None or any(BLOCK_TAG.search(body) for body in match.groups()):
            return [], "there should be a think block followed by a tool call"
        steps = list(self.read_think(match[1], frames))
        zoom, error = _read_zoom(match[2], frames)
        if zoom is None:
            return steps, error
        return [*steps[:-1], replace(steps[-1] if steps else Step(""), zooms=(zoom,))], error


def _read_zoom(body: str, frames: Sequence[Frame]) -> tuple[Zoom | None, str | None]:
    try:
        call = json.loads(body)
    except (ValueError, RecursionError):
        return None, "the tool call is not JSON"
    arguments = call.get("arguments") if isinstance(call, dict) and call.get("name") == TOOL else None
    if not isinstance(arguments, dict):
        return None, f"the tool call is not one of {TOOL} with arguments"
    numbers, ordinal = arguments.get("coordinate"), arguments.get("image", 1)
    if not (isinstance(numbers, list) and len(numbers) == 2 and all(map(_is_coordinate, numbers))):
        return None, "the tool call should have a coordinate [x, y]"
    if type(ordinal) is not int or not 1 <= ordinal <= len(frames):
        return None, f"the tool call asks for image {str(ordinal)[:20]} of {len(frames)}"
    frame = frames[ordinal - 1]
    point = place_of(numbers, frame, ordinal - 1)
    if not isinstance(point, PlacedPoint):
        return None, "the tool call should have a coordinate [x, y]"
    return Zoom(point), "the tool call lies outside its image" if is_outside(point, frame.stored.width, frame.stored.height) else None


def _is_coordinate(number: Any) -> bool:
    return type(number) in (int, float) and abs(number) <= FARTHEST and math.isfinite(number)
