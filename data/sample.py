"""Sample: one grounding problem.

A question about one or more images with what is known of its answer: text, points, or boxes in pixels of the stored images. A box
has a *role*: ``answer`` boxes are what is asked for, ``evidence`` boxes are what one looks at on the way.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from data.trace import PlacedBox, PlacedPoint


class Task(StrEnum):
    """What form the answer takes."""

    POINT = "point"
    """A point that must lie in an answer box."""
    BOX = "box"
    """One box."""
    BOXES = "boxes"
    """Several boxes, in any order."""
    CHOICE = "choice"
    """The text of one of the choices."""
    TEXT = "text"
    """Free text."""
    ACTION = "action"
    """A web action such as ``click[12]``."""


class Role(StrEnum):
    """What a known box is."""

    ANSWER = "answer"
    """What the question asks for."""
    EVIDENCE = "evidence"
    """What one looks at on the way."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A grounding problem; ``sample_id`` hashes its content (``data.identity``)."""

    sample_id: str
    dataset: str
    split: str
    task: Task
    image_ids: tuple[str, ...]
    question: str
    context: tuple[dict[str, str], ...] = ()
    """Earlier dialogue or actions, each ``{"role", "text"}``."""
    choices: tuple[str, ...] = ()
    answer: str | None = None
    points: tuple[PlacedPoint, ...] = ()
    boxes: tuple[PlacedBox, ...] = ()
    source_space: str = "pixel"
    category: str | None = None
    difficulty_band: str | None = None
    meta: dict[str, Any] = field(default_factory=dict)

    @property
    def answer_boxes(self) -> tuple[PlacedBox, ...]:
        return self._boxes_of(Role.ANSWER)

    @property
    def evidence_boxes(self) -> tuple[PlacedBox, ...]:
        return self._boxes_of(Role.EVIDENCE)

    def _boxes_of(self, role: Role) -> tuple[PlacedBox, ...]:
        return tuple([box for box in self.boxes if box.role == role])
