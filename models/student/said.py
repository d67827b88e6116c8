"""Said: one turn of a conversation after its question, whoever holds it. Loads no torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from data.dialects import Turn
from data.trace import PlacedPoint, Zoom


@dataclass(frozen=True, slots=True)
class Said:
    """One turn after the question."""

    role: str
    text: str
    look: PlacedPoint | None = None
    """What the assistant asked to see closer, and what the user's crop shows; in pixels of the stored image."""
    crop: tuple[int, int, int, int] | None = None
    """Left, top, right and bottom of what the user's crop shows, in pixels of the stored image."""
    call_error: str | None = None
    """Why a call shows nothing, on the assistant's turn and on the user's that says so; ``look`` is then what was asked for, if a place
    was."""


def as_turns(said: Sequence[Said]) -> list[Turn]:
    """Turns as a dialect reads them."""
    return [Turn(turn.role, turn.text, Zoom(turn.look) if turn.look and not turn.call_error else None) for turn in said]
