"""Conversation: a sample, and a trace, as the messages that a student reads and writes.

One function serves publishing, reinforcement and evaluation. A *message* is ``{"role", "content"}``, its content a list of blocks
``{"type", "text"}``: ``image`` blocks, whose text is None and whose images are the sample's in order, then one ``text`` block. The
*terse* prompt is the question alone; the *marked* one says beside it whether to think with places or in words alone, so that a student of
two dialects knows which is meant; the *instructed* one says how to think and answer in the dialect.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from data.dialects import get_dialect
from data.dialects.answers import WANTED
from data.prompts import prompt as load_prompt
from data.sample import Sample, Task
from data.space import Frame, Space
from data.trace import Trace

Message = dict[str, Any]
PLACE_FORMS = {
    "univg": {Task.POINT: "(x,y)", Task.BOX: "(x1,y1),(x2,y2)"},
    "ivgr": {Task.POINT: "(x, y)", Task.BOX: "<box>[x1,y1,x2,y2]</box>"},
}
TUPLE_FORMS = {Task.POINT: "(x, y)", Task.BOX: "(x1, y1, x2, y2)"}
"""Of the other dialects."""


def prompt_messages(sample: Sample, prompt: str = "terse", dialect: str = "vigorl", frames: Sequence[Frame] = ()) -> list[Message]:
    """The turns before the student's: earlier context, then the images in order and the question. Raises ``UnknownPromptError``."""
    text = question_text(sample, prompt, dialect, frames)
    content = [image_block() for _ in sample.image_ids]
    return [{"role": "user", "content": [*content, text_block(text)]}]


def conversation(
    sample: Sample, trace: Trace, prompt: str, dialect: str, frames: Sequence[Frame], most_looks: int | None = None
) -> list[Message]:
    """The prompt and the student's turn, or its turns with observations between them (an image block each) where it zooms.

    Raises ``ValueError`` where the trace looks closer more than ``most_looks`` times.
    """
    asked = prompt_messages(sample, prompt, dialect, frames)
    for turn in get_dialect(dialect).render_turns(trace, frames, sample.task, most_looks):
        asked.append(observed(turn.text, has_crop=True) if turn.zoom and turn.role == "user" else message(turn.role, text_block(turn.text)))
    return asked


def observed(text: str, *, has_crop: bool) -> Message:
    """A user's turn with an observation, behind its crop where there is one."""
    return message("user", *([image_block()] if has_crop else []), text_block(text))


def question_text(sample: Sample, prompt: str, dialect: str, frames: Sequence[Frame]) -> str:
    """The text block of the user's turn; earlier context stands before it, a line for each turn."""
    spaces = [frame.model for frame in frames]
    forms = PLACE_FORMS.get(dialect, TUPLE_FORMS)
    written = load_prompt(f"student/{prompt}").render(
        question=sample.question,
        choices=sample.choices,
        dialect=dialect,
        wanted=_wanted(sample.task, forms),
        has_places=bool(spaces) and (dialect != "textual" or sample.task in WANTED),
        numbers=numbers_of(spaces),
        extents=_extents(spaces),
        example=forms[Task.POINT if sample.task == Task.POINT else Task.BOX],
    )
    return "\n".join([*(f"{turn['role']}: {turn['text']}" for turn in sample.context), written])


def numbers_of(spaces: Sequence[Space]) -> str:
    """What coordinates of these spaces are written as, in the words of a prompt."""
    return "numbers with three decimals" if any(space.decimals for space in spaces) else "whole numbers"


def message(role: str, *blocks: dict[str, Any]) -> Message:
    """A turn of blocks."""
    return {"role": role, "content": list(blocks)}


def text_of(messages: Sequence[Message]) -> str:
    """The text of messages whose contents are blocks, without their images; a line for each block."""
    return "\n".join(block["text"] for message in messages for block in message["content"] if block["type"] == "text")


def image_block() -> dict[str, Any]:
    """A block that stands for the next image."""
    return {"type": "image", "text": None}


def text_block(text: str) -> dict[str, Any]:
    """A block of text."""
    return {"type": "text", "text": text}


def _wanted(task: Task, forms: dict[Task, str]) -> str:
    if task == Task.POINT:
        return f"one point {forms[Task.POINT]}"
    if task == Task.BOX:
        return f"one box {forms[Task.BOX]}"
    if task == Task.BOXES:
        return f"every box as {forms[Task.BOX]}, with a semicolon between them,"
    return {Task.CHOICE: "the text of the right choice", Task.ACTION: "the action"}.get(task, "the answer in a few words")


def _extents(spaces: Sequence[Space]) -> list[tuple[str, str]]:
    return [(f"{space.width:g}", f"{space.height:g}") for space in spaces]
