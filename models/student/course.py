"""Course: how a conversation with looks goes, whoever holds it: what answers a turn, and when it ends.

It knows texts and places, no tokens and no images, so that a student and an endpoint are answered alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from data.dialects import Dialect
from data.dialects.calls import Fault, reason
from data.observing import TurnsConfig, observation
from data.space import Frame
from data.trace import PlacedPoint
from models.student.stopping import StopReason


@dataclass(frozen=True, slots=True)
class Heard:
    """What a turn of the model was taken for."""

    asked: PlacedPoint | None = None
    """The place that it asked to see closer, if it named one."""
    error: str | None = None
    """Why its call shows nothing."""
    stop_reason: StopReason | None = None
    """Why the conversation ends with it; None where it is answered."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What a call is answered with."""

    text: str
    shown: PlacedPoint | None = None
    """The place whose crop is shown."""
    error: str | None = None
    is_last: bool = False
    """Whether it says that no look is left."""


class Course:
    """Follows one conversation."""

    def __init__(self, dialect: Dialect, turns: TurnsConfig, frames: Sequence[Frame]) -> None:
        self._dialect, self._turns, self._frames = dialect, turns, frames
        self._calls = 0
        self._is_last = False

    def hear(self, text: str, *, has_ended: bool) -> Heard:
        """Take in a turn of the model, whole unless its tokens ran out."""
        zoom, error = self._dialect.parse_call(text, self._frames)
        is_call = (zoom is not None or error is not None) and not self._dialect.is_final(text)
        if is_call and self._is_last:
            error = reason(Fault.SPENT, f"there were {self._turns.most_looks}")
        stop = self._end(text, is_call=is_call, has_ended=has_ended)
        return Heard(zoom.point if is_call and zoom else None, error if is_call else None, stop)

    def answer(self, heard: Heard) -> Answered:
        """What the model is told after a turn that did not end the conversation."""
        error = heard.error
        if error is None and self._calls >= self._turns.most_looks:
            error = reason(Fault.SPENT, f"there are {self._turns.most_looks}")
        self._calls += 1
        self._is_last = self._calls >= self._turns.most_looks
        shown = heard.asked if error is None else None
        return Answered(observation(error, is_last=self._is_last), shown, error, self._is_last)

    def _end(self, text: str, *, is_call: bool, has_ended: bool) -> StopReason | None:
        if not has_ended:
            return StopReason.LENGTH
        if not self._dialect.has_turns:
            return StopReason.END
        if self._dialect.is_final(text):
            return StopReason.FORCED if self._is_last else StopReason.ANSWERED
        if not is_call:
            return StopReason.SILENT
        return StopReason.LOOKS if self._is_last else None
