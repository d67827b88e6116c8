"""Turns: what a student says to a question, turn by turn, and what it is told between.

An *ask* is a prompt with what its sample shows. An *episode* is what came of it: the turns, and the tokens after the prompt with a mark on
those that the student wrote itself; only those are ever trained on. A *look* is a place that was asked for and shown enlarged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from data.dialects import Turn
from data.space import Frame
from data.trace import PlacedPoint
from models.student.encoding import Prompt
from models.student.said import Said, as_turns
from models.student.stopping import StopReason


@dataclass(frozen=True, slots=True)
class Ask:
    """One conversation to be held."""

    prompt: Prompt
    images: Sequence[Image.Image]
    """Those of the sample, whole."""
    frames: Sequence[Frame]
    seed: int


@dataclass(frozen=True, slots=True)
class Episode:
    """What a student said to one ask."""

    turns: tuple[Said, ...]
    stop_reason: StopReason
    ids: tuple[int, ...]
    """Every token after the prompt, those of observations included."""
    is_own: tuple[bool, ...]
    """Which of them the student wrote."""
    prompt_tokens: int
    """Image tokens included, padding not."""
    image_tokens: int
    """Those of crops included."""
    seed: int
    looks: tuple[PlacedPoint, ...] = ()
    """The places whose crops stand in ``ids``, in order."""
    logprobs: tuple[float, ...] | None = None
    """Of each token when it was drawn; 0 for those that the student did not write."""

    @property
    def text(self) -> str:
        """All turns as one string."""
        return "\n".join(turn.text for turn in self.turns)

    @property
    def completion_tokens(self) -> int:
        """Tokens that the student wrote, closing tokens included."""
        return sum(self.is_own)

    @property
    def said(self) -> list[Turn]:
        """The turns as a dialect reads them."""
        return as_turns(self.turns)
