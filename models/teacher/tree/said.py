"""Said: what one reply of a search says.

A reply is one thought or the answer, in the notation of the ``vigorl`` dialect; one that holds both is an answer with its thought. A
thought of several lines is one step. Where looks are allowed, a thought may end in a tool call of the ``vigorl_zoom`` dialect.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from data.dialects.answers import read_answer
from data.dialects.inline import THINK, split_blocks
from data.dialects.places import Place, is_outside
from data.dialects.vigorl import Vigorl
from data.dialects.vigorl_zoom import VigorlZoom
from data.sample import Task
from data.space import Frame
from data.trace import Answer, Step
from models.teacher.call import Reply, RequestStatus

STEPS = Vigorl()
LOOKS = VigorlZoom()


class Status(StrEnum):
    """What became of a reply."""

    OK = "ok"
    """It can be gone on from, or it ends the chain."""
    DUPLICATE = "duplicate"
    """It points where its path or a child before it points."""
    OUTSIDE = "outside"
    """It has a place that is off its image."""
    UNREADABLE = "unreadable"
    """It holds neither a thought nor an answer, or no answer where one was asked for."""
    FAILED = "failed"
    """There is no reply."""


@dataclass(frozen=True, slots=True)
class Said:
    """A reply as read; coordinates are pixels of the stored images."""

    status: Status
    text: str = ""
    """Verbatim."""
    step: Step | None = None
    answer: Answer | None = None
    request_id: str | None = None
    """None where nothing was asked, as at the root, or where the budget was spent."""

    def as_status(self, status: Status) -> Said:
        return replace(self, status=status)

    @property
    def places(self) -> list[Place]:
        """Where the thought points and looks."""
        if self.step is None:
            return []
        return [*(mention.place for mention in self.step.mentions), *(zoom.point for zoom in self.step.zooms)]


NOTHING = Said(Status.OK)
"""What was said at the root."""


def read_reply(reply: Reply, frames: Sequence[Frame], task: Task, *, must_answer: bool, may_look: bool) -> Said:
    """What a reply says, or why it says nothing."""
    if reply.status is RequestStatus.UNASKED:
        return Said(Status.FAILED)
    if not reply.is_final:
        return Said(Status.FAILED, request_id=reply.request_id)
    text = reply.text or ""
    step, answer = _step(text, frames), _answer(text, frames, task)
    said = Said(Status.OK, text, step, answer, reply.request_id)
    if answer is None and ("<answer>" in text or must_answer or step is None):
        return said.as_status(Status.UNREADABLE)
    if may_look and answer is None:
        said = _with_look(said, frames)
    return said.as_status(Status.OUTSIDE) if said.status is Status.OK and _is_outside(said, frames) else said


def _step(text: str, frames: Sequence[Frame]) -> Step | None:
    """The first think block as one step; None where there is none or an empty one."""
    thought = THINK.search(text)
    steps = STEPS.read_think(" ".join(thought[1].split()), frames) if thought else ()
    return steps[0] if steps else None


def _answer(text: str, frames: Sequence[Frame], task: Task) -> Answer | None:
    block = split_blocks(text).answer
    answer = read_answer(block, frames, task, STEPS.notation).answer if block else None
    return None if answer == Answer() else answer


def _with_look(said: Said, frames: Sequence[Frame]) -> Said:
    """With the look that its tool call asks for; unreadable where the call cannot be read."""
    zoom, error = LOOKS.parse_call(said.text, frames)
    if zoom is None:
        return said.as_status(Status.UNREADABLE) if error else said
    return replace(said, step=replace(said.step or Step(""), zooms=(zoom,)))


def _is_outside(said: Said, frames: Sequence[Frame]) -> bool:
    answer = said.answer or Answer()
    places: list[Place] = [*said.places, *answer.points, *answer.boxes]
    sizes = [(frame.stored.width, frame.stored.height) for frame in frames]
    return any(is_outside(place, *sizes[place.image_index]) for place in places)
