"""Trace: one grounded chain of thought, the only form that the pipeline holds inside.

A *step* is a *thought* (text free of coordinates) with *mentions*: a point or a box on one of the images, anchored at a character
offset of the thought. A step may end in *zooms*: places the model asked to see closer. The *answer* is text, points or boxes. All
coordinates are pixels of the stored image (``data.space``). A *dialect* (``data.dialects``) renders a trace for a model and parses
it back.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PlacedPoint:
    """A point on image ``image_index``, in pixels of the stored image."""

    x: float
    y: float
    image_index: int = 0
    label: str | None = None


@dataclass(frozen=True, slots=True)
class PlacedBox:
    """A box on image ``image_index``, in pixels of the stored image."""

    x1: float
    y1: float
    x2: float
    y2: float
    image_index: int = 0
    label: str | None = None
    role: str | None = None
    """``answer`` or ``evidence`` in a sample; None in a trace."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A place named in a thought, written just before the character at ``offset`` (0 to the length of the thought)."""

    offset: int
    place: PlacedPoint | PlacedBox


@dataclass(frozen=True, slots=True)
class Zoom:
    """A request for a closer look around a point."""

    point: PlacedPoint


@dataclass(frozen=True, slots=True)
class Step:
    """One thought with the places it names and the looks it asks for."""

    thought: str
    mentions: tuple[Mention, ...] = ()
    zooms: tuple[Zoom, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The final word: text (a choice, a phrase, an action), points, or boxes. An empty answer has none of the three."""

    text: str | None = None
    points: tuple[PlacedPoint, ...] = ()
    boxes: tuple[PlacedBox, ...] = ()


@dataclass(frozen=True, slots=True)
class Trace:
    """A chain of steps and an answer."""

    steps: tuple[Step, ...] = ()
    answer: Answer = field(default_factory=Answer)

    @property
    def mentions(self) -> tuple[Mention, ...]:
        """The mentions of all steps, in order."""
        return tuple(mention for step in self.steps for mention in step.mentions)
