"""Dialect: one way to write a trace for a model and to read it back.

``project`` gives the part of a trace that the dialect carries, so that ``parse(render(t)).trace == project(t)``. A *loss* is a part that
it does not carry. ``parse`` never raises: it reads what the last answer block says and gives the *error*, the first reason why the text
is not in the dialect. Where no answer can be read there is an error and no trace; where the answer can be read but the text breaks
another rule (text outside the blocks, an answer outside its image, no think block) there are both, so that the outcome and the form of a
text can be judged apart.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from data.sample import Task
from data.space import Frame
from data.trace import Trace, Zoom


class Loss(StrEnum):
    """What of a trace a dialect does not carry."""

    POINT_MENTIONS = "point mentions are dropped"
    BOX_MENTIONS = "box mentions are dropped"
    BOX_CENTRES = "box mentions become their centre points"
    NUMBERS = "places that thoughts give as numbers are dropped"
    ZOOMS = "zooms are dropped"
    LABELS = "labels of places are dropped"
    ANSWER_CENTRE = "the answer's box becomes its centre point"
    ANSWER_REST = "parts of the answer that the task does not ask for are dropped"
    ANSWER = "the trace has no answer of the form that the task asks for"


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a text says. ``error`` is None exactly where the text keeps every rule of the dialect."""

    trace: Trace | None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn. ``zoom`` is what the assistant asks for, and what the user's crop shows."""

    role: str
    text: str
    zoom: Zoom | None = None


class Dialect(ABC):
    """Writes and reads traces. ``frames`` holds one frame per image of the sample, in order."""

    name: str
    has_turns = False
    """Whether a trace may take several turns of the assistant, with observations between them."""
    carries_boxes = False
    """Whether boxes are written into thoughts."""

    @abstractmethod
    def render(self, trace: Trace, frames: Sequence[Frame], task: Task) -> str:
        """The text that a model writes for the trace; coordinates are in the frames' model spaces."""

    def render_turns(self, trace: Trace, frames: Sequence[Frame], task: Task, most_looks: int | None = None) -> list[Turn]:
        """The turns after the question; one of the assistant where the dialect has no others.

        ``most_looks`` is how many looks the conversation may have, the last of which is said to be the last; None sets no limit. Raises
        ``ValueError`` where the trace has more.
        """
        del most_looks
        return [Turn("assistant", self.render(trace, frames, task))]

    @abstractmethod
    def parse(self, text: str, frames: Sequence[Frame], task: Task) -> Parsed:
        """The trace that a text says, in pixels of the stored images. Never raises."""

    def parse_turns(self, turns: Sequence[Turn], frames: Sequence[Frame], task: Task) -> Parsed:
        """The trace of a conversation's turns; those of the user are not read."""
        return self.parse("\n".join(turn.text for turn in turns if turn.role == "assistant"), frames, task)

    def parse_call(self, text: str, frames: Sequence[Frame]) -> tuple[Zoom | None, str | None]:
        """The look that a turn asks for, and why it cannot be had; neither where the turn makes no call."""
        del text, frames
        return None, None

    def is_final(self, text: str) -> bool:
        """Whether a conversation ends with a turn, whatever may come; always where the dialect has but one."""
        del text
        return True

    @abstractmethod
    def project(self, trace: Trace, frames: Sequence[Frame], task: Task) -> Trace:
        """What the dialect carries of the trace; coordinates are rounded in the model space."""

    @abstractmethod
    def losses(self, trace: Trace, task: Task) -> tuple[str, ...]:
        """What the dialect does not carry of the trace; empty where it carries all but rounding and spacing."""
