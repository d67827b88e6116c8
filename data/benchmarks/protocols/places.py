"""Places: boxes of a line's target, and those that a line's target is made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from data.benchmarks.protocols.fields import frame_of
from data.benchmarks.protocols.scorer import LineError
from data.sample import Sample
from data.space import Box, Frame, Space, SpaceKind
from data.trace import PlacedBox

NUMBERS = {int, float}


def check_box(value: Any, field: str) -> None:
    """Raise ``LineError`` unless the value is four numbers."""
    if not isinstance(value, list | tuple) or len(value) != 4 or not NUMBERS.issuperset(map(type, value)):
        raise LineError(f"{field} should be four numbers x1, y1, x2, y2, not {repr(value)[:80]}")


def check_list(value: Any, field: str) -> None:
    """Raise ``LineError`` unless the value is a list."""
    if not isinstance(value, list | tuple):
        raise LineError(f"{field} should be a list, not {repr(value)[:80]}")


def known_boxes(sample: Sample) -> tuple[PlacedBox, ...]:
    """What one looks at on the way where that is known, else what is asked for."""
    return sample.evidence_boxes or sample.answer_boxes


def corners(box: Box) -> list[float]:
    """x1, y1, x2, y2."""
    return [box.x1, box.y1, box.x2, box.y2]


def stored_corners(box: PlacedBox) -> list[float]:
    """x1, y1, x2, y2 in pixels of the stored image, whole ones as whole numbers."""
    return [int(number) if number == int(number) else number for number in (box.x1, box.y1, box.x2, box.y2)]


def written_corners(box: PlacedBox, sample: Sample, frames: Sequence[Frame], space: Space | None = None) -> list[int]:
    """x1, y1, x2, y2 as whole numbers of a space of the box's image, else of the one that the model writes. Raises ``LineError``."""
    frame = frame_of(sample, frames, box.image_index)
    placed = Box(box.x1, box.y1, box.x2, box.y2, frame.stored).to(space or frame.model)
    if placed.space.kind == SpaceKind.UNIT:
        raise LineError(f"{sample.sample_id} is asked in {placed.space}; the protocol needs a space of whole numbers")
    return [round(number) for number in corners(placed)]
