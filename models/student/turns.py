"""Turns: a student answers, turn by turn, until it has said its last word.

An *ask* is a prompt with what its sample shows. An *episode* is what came of it: the turns, and the tokens after the prompt with a mark on
those that the student wrote itself; only those are ever trained on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image

from data.dialects import Dialect
from data.space import Frame
from data.trace import PlacedPoint
from models.student.encoding import Encoder, Prompt
from models.student.writing import Request, Sampling, StopReason, Writer, Written


@dataclass(frozen=True, slots=True)
class Ask:
    """One conversation to be held."""

    prompt: Prompt
    images: Sequence[Image.Image]
    """Those of the sample, whole."""
    frames: Sequence[Frame]
    seed: int


@dataclass(frozen=True, slots=True)
class Said:
    """One turn after the question."""

    role: str
    text: str
    look: PlacedPoint | None = None
    """What the assistant asked to see closer, and what the user's crop shows."""
    call_error: str | None = None
    """Why a call shows nothing."""


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


class Player:
    """Holds conversations in one dialect."""

    def __init__(self, encoder: Encoder, dialect: Dialect) -> None:
        self.encoder = encoder
        self.dialect = dialect

    def play(self, asks: Sequence[Ask], writer: Writer, sampling: Sampling) -> list[Episode]:
        """One episode for each ask, in order."""
        written = writer.write([Request(ask.prompt, ask.seed) for ask in asks], sampling)
        return [self._episode(ask, one) for ask, one in zip(asks, written, strict=True)]

    def _episode(self, ask: Ask, written: Written) -> Episode:
        return Episode(
            turns=(Said("assistant", self._text(written)),),
            stop_reason=StopReason.END if written.has_ended else StopReason.LENGTH,
            ids=written.ids,
            is_own=(True,) * len(written.ids),
            prompt_tokens=len(ask.prompt.ids),
            image_tokens=self.encoder.image_tokens(ask.prompt.ids),
            seed=ask.seed,
            logprobs=written.logprobs,
        )

    def _text(self, written: Written) -> str:
        tokenizer: Any = self.encoder.processor.tokenizer
        text: str = tokenizer.decode(list(written.ids), skip_special_tokens=True)
        return text
