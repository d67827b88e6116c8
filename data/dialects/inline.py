"""Inline: the dialects that put places between the words of one think block, followed by one answer block."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from data.dialects.answers import answer_losses, project_answer, read_answer, write_answer
from data.dialects.dialect import Dialect, Loss, Parsed
from data.dialects.places import Notation, Place, center, read, rounded
from data.dialects.thoughts import read_step, tidy_step, write_step
from data.sample import Task
from data.space import Frame
from data.trace import Mention, PlacedBox, PlacedPoint, Step, Trace

BODY = r"([^<]*(?:<(?!/?(?:think|answer)>)[^<]*)*)"
"""Anything without a tag of the blocks; a text that is none is told in time that grows with its length alone."""
STRICT = re.compile(rf"\s*<think>{BODY}</think>\s*<answer>{BODY}</answer>\s*")
THINK = re.compile(r"<think>(.*?)</think>", re.DOTALL)
ANSWER = re.compile(r"<answer>((?:(?!<answer>).)*?)</answer>", re.DOTALL)
BLOCK_TAG = re.compile(r"</?(?:think|answer)>")


class Blocks(NamedTuple):
    """The bodies of the think and the last answer block, and the first rule that the blocks break."""

    think: str
    answer: str | None
    error: str | None


class Inline(Dialect):
    """A think block with one line per step, then an answer block; a notation and what it carries make it a dialect."""

    carries_points = False
    """Whether points are written into thoughts."""
    has_centres = False
    """Whether a box that is not carried becomes its centre point."""

    def __init__(self, name: str, notation: Notation) -> None:
        self.name = name
        self.notation = notation
        self._pattern = self._mention_pattern()

    def render(self, trace: Trace, frames: Sequence[Frame], task: Task) -> str:
        """``<think>``, one line per step, ``</think>``, and the answer."""
        carried = self.project(trace, frames, task)
        answer = write_answer(carried.answer, frames, task, self.notation)
        return f"{self.write_think(carried.steps, frames)}\n<answer>{answer}</answer>"

    def parse(self, text: str, frames: Sequence[Frame], task: Task) -> Parsed:
        """Reads the first think and the last answer block."""
        blocks = split_blocks(text)
        if blocks.answer is None:
            return Parsed(None, blocks.error)
        answer, error = read_answer(blocks.answer, frames, task, self.notation)
        if answer is None:
            return Parsed(None, error)
        thought_error = self.thought_error(blocks.think)
        return Parsed(Trace(self.read_think(blocks.think, frames), answer), blocks.error or error or thought_error)

    def project(self, trace: Trace, frames: Sequence[Frame], task: Task) -> Trace:
        """Tidy thoughts with the places that are carried; steps that say nothing are dropped, and so are zooms."""
        steps = (self.project_step(step, frames) for step in trace.steps)
        return Trace(tuple(step for step in steps if step.thought or step.mentions), project_answer(trace.answer, frames, task))

    def losses(self, trace: Trace, task: Task) -> tuple[str, ...]:
        """Of mentions, zooms, labels and the answer."""
        places: list[Place] = [mention.place for mention in trace.mentions]
        zooms = [zoom.point for step in trace.steps for zoom in step.zooms]
        found = {
            Loss.POINT_MENTIONS: not self.carries_points and any(isinstance(place, PlacedPoint) for place in places),
            Loss.BOX_CENTRES: self.has_centres and any(isinstance(place, PlacedBox) for place in places),
            Loss.BOX_MENTIONS: not (self.carries_boxes or self.has_centres) and any(isinstance(place, PlacedBox) for place in places),
            Loss.ZOOMS: not self.has_turns and bool(zooms),
            Loss.LABELS: any(place.label for place in (*places, *zooms, *trace.answer.points, *trace.answer.boxes)),
        }
        return (*(loss for loss, is_lost in found.items() if is_lost), *answer_losses(trace.answer, task))

    def project_step(self, step: Step, frames: Sequence[Frame]) -> Step:
        """A tidy step without zooms."""
        return tidy_step(step.thought, [(mention.offset, place) for mention in step.mentions if (place := self._carried(mention, frames))])

    def write_think(self, steps: Sequence[Step], frames: Sequence[Frame]) -> str:
        """The think block of projected steps."""
        lines = [write_step(step, lambda place: self.notation.write(place, frames)) for step in steps]
        return "\n".join(["<think>", *lines, "</think>"])

    def read_think(self, body: str, frames: Sequence[Frame]) -> tuple[Step, ...]:
        """The steps of a think block's body; empty lines are none."""
        steps = (read_step(line, self._pattern, lambda match: read(match, frames)) for line in body.split("\n"))
        return tuple(step for step in steps if step.thought or step.mentions)

    def thought_error(self, body: str) -> str | None:
        """What is wrong with a think block's body; an empty one is no fault."""
        del body
        return None

    def _carried(self, mention: Mention, frames: Sequence[Frame]) -> Place | None:
        place = mention.place
        if isinstance(place, PlacedBox) and self.has_centres:
            place = center(place)
        is_carried = self.carries_points if isinstance(place, PlacedPoint) else self.carries_boxes
        return rounded(place, frames) if is_carried else None

    def _mention_pattern(self) -> re.Pattern[str] | None:
        boxes = self.carries_boxes or self.has_centres
        if not (self.carries_points or boxes):
            return None
        return self.notation.pattern(points=self.carries_points, boxes=boxes)


def split_blocks(text: str) -> Blocks:
    """The blocks of a text that should be a think and an answer block and nothing else."""
    strict = STRICT.fullmatch(text)
    if strict:
        return Blocks(strict[1], strict[2], None)
    answers = ANSWER.findall(text)
    if not answers or text.rfind("<answer>") > text.rfind("</answer>"):
        return Blocks("", None, "an answer block is not closed" if "<answer>" in text else "there is no answer block")
    thoughts = THINK.findall(text)
    return Blocks(thoughts[0] if thoughts else "", answers[-1], _disorder(len(thoughts), len(answers)))


def _disorder(thoughts: int, answers: int) -> str:
    if thoughts != 1 or answers != 1:
        return f"there should be one think and one answer block, not {thoughts} and {answers}"
    return "there is something other than a think block followed by an answer block"
