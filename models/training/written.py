"""Written: places as the policy writes them, for parts that read its numbers as published code does."""

from __future__ import annotations

from collections.abc import Sequence

from data.space import Box, Frame, Point
from data.trace import PlacedBox

Corners = tuple[float, ...]
"""x1, y1, x2, y2 in the space that the policy writes."""


def written_box(box: PlacedBox, frames: Sequence[Frame]) -> Corners:
    """Corners in the space of the box's frame, rounded as they are written there; as they are where no frames are known."""
    if not frames:
        return (box.x1, box.y1, box.x2, box.y2)
    frame = frames[box.image_index]
    placed = Box(box.x1, box.y1, box.x2, box.y2, frame.stored).to(frame.model)
    digits = frame.model.decimals or None
    return tuple(round(side, digits) for side in (placed.x1, placed.y1, placed.x2, placed.y2))


def is_on_image(x: float, y: float, image_index: int, frames: Sequence[Frame]) -> bool:
    """Whether a place in pixels is on its image, edges included; true where no frames are known."""
    if not frames:
        return True
    stored = frames[image_index].stored
    return Point(x, y, stored).is_inside(Box(0, 0, stored.width, stored.height, stored))
