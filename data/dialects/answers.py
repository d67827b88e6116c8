"""Answers: what a task asks for, in and out of an answer block."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from data.dialects.dialect import Loss
from data.dialects.places import Notation, Place, center, is_outside, read, rounded
from data.dialects.thoughts import one_line
from data.sample import Task
from data.space import Frame
from data.trace import Answer, PlacedBox, PlacedPoint

BETWEEN_BOXES = "; "
SEPARATOR = re.compile(r"\s*[;,]?\s*")
WANTED = {Task.POINT: "one point", Task.BOX: "one box", Task.BOXES: "boxes"}
"""What the block of a task with places holds; the other tasks hold text."""
POINT, BOXES = Task.POINT, Task.BOXES


class ReadAnswer(NamedTuple):
    """An answer, or why there is none; or an answer with what is wrong with it."""

    answer: Answer | None
    error: str | None


def project_answer(answer: Answer, frames: Sequence[Frame], task: Task) -> Answer:
    """The part of an answer that its task asks for, as it can be written."""
    if task not in WANTED:
        return Answer(text=one_line(answer.text or "") or None)
    places = [rounded(place, frames) for place in asked_places(answer, task)]
    return _answer([place for place in places if place is not None])


def asked_places(answer: Answer, task: Task) -> tuple[Place, ...]:
    """One point (the centre of the first box where there is no point), one box, or all boxes."""
    if task == Task.BOXES:
        return answer.boxes
    if task == Task.BOX:
        return answer.boxes[:1]
    return answer.points[:1] or tuple(center(box) for box in answer.boxes[:1])


def answer_losses(answer: Answer, task: Task) -> tuple[Loss, ...]:
    """What is lost of an answer when only what the task asks for is written."""
    has_text, points, boxes = bool(one_line(answer.text or "")), len(answer.points), len(answer.boxes)
    if task not in WANTED:
        return ((Loss.ANSWER,) if not has_text else ()) + ((Loss.ANSWER_REST,) if points or boxes else ())
    asked = len(asked_places(answer, task))
    found = [Loss.ANSWER] if not asked else []
    if task == Task.POINT and not points and boxes:
        found.append(Loss.ANSWER_CENTRE)
    return (*found, Loss.ANSWER_REST) if has_text or points + boxes > asked else tuple(found)


def write_answer(answer: Answer, frames: Sequence[Frame], task: Task, notation: Notation) -> str:
    """A projected answer as the text of its block."""
    if task not in WANTED:
        return answer.text or ""
    places: list[Place] = [*answer.points, *answer.boxes]
    return BETWEEN_BOXES.join(notation.write(place, frames) for place in places)


def read_answer(block: str, frames: Sequence[Frame], task: Task, notation: Notation) -> ReadAnswer:
    """What an answer block says. It holds what the task asks for and nothing else."""
    block = block.strip()
    if not block:
        return ReadAnswer(Answer(), "the answer is empty")
    if task not in WANTED:
        return ReadAnswer(Answer(text=" ".join(block.split())), None)
    places = _read_places(block, frames, notation.pattern(points=task == POINT, boxes=task != POINT))
    if places is None or (len(places) > 1 and task != BOXES):
        return ReadAnswer(None, f"the answer should be {WANTED[task]}, not {_short(block)}")
    return ReadAnswer(_answer(places), _outside(places, frames))


def _read_places(block: str, frames: Sequence[Frame], pattern: re.Pattern[str]) -> list[Place] | None:
    places: list[Place] = []
    cursor = 0
    while cursor < len(block):
        separator = SEPARATOR.match(block, cursor) if places else None
        match = pattern.match(block, separator.end() if separator else cursor)
        place = read(match, frames) if match else None
        if match is None or place is None:
            return None
        places.append(place)
        cursor = match.end()
    return places


def _answer(places: Sequence[Place]) -> Answer:
    boxes = tuple([place for place in places if isinstance(place, PlacedBox)])
    points = tuple([place for place in places if isinstance(place, PlacedPoint)]) if len(boxes) < len(places) else ()
    return Answer(points=points, boxes=boxes)


def _outside(places: Sequence[Place], frames: Sequence[Frame]) -> str | None:
    for place in places:
        stored = frames[place.image_index].stored
        if is_outside(place, stored.width, stored.height):
            return f"the answer lies outside image {place.image_index + 1} of {stored.width:g}x{stored.height:g}: {_coordinates(place)}"
    return None


def _coordinates(place: Place) -> str:
    if isinstance(place, PlacedPoint):
        return f"({place.x:g}, {place.y:g})"
    return f"({place.x1:g}, {place.y1:g}, {place.x2:g}, {place.y2:g})"


def _short(text: str) -> str:
    return repr(text if len(text) <= 80 else text[:77] + "...")
