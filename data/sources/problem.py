"""Problem: what a source yields, a grounding problem with the bytes of its images; or a *reject*, a row not taken and why.

Coordinates of a problem are pixels of its oriented images. A *locator* names the row inside its source, for example
``samples.jsonl:17``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from data.identity import Kind, digest, entity_id, image_id
from data.images import EnormousImageError, UnreadableImageError, describe
from data.sample import Sample, Task
from data.trace import PlacedBox, PlacedPoint, Trace


class Reason(StrEnum):
    """Why a row was not taken."""

    BAD_JSON = "bad_json"
    """The line is no JSON object."""
    MISSING_FIELD = "missing_field"
    """A field that the task needs is absent."""
    WRONG_TYPE = "wrong_type"
    """A field is there, but is not what it should be."""
    UNKNOWN_TASK = "unknown_task"
    """The task is none of ``data.sample.Task``."""
    ANSWER_NOT_A_CHOICE = "answer_not_a_choice"
    """The answer is not among the choices."""
    UNDECLARED_SPACE = "undeclared_space"
    """Coordinates whose space neither the row nor the source declares, or declares by an unknown name."""
    NOT_FINITE = "not_finite"
    """A coordinate is NaN or infinite."""
    INVERTED_BOX = "inverted_box"
    """A box of no positive width or height."""
    OUTSIDE_IMAGE = "outside_image"
    """A box or point beyond the edges of its image."""
    NO_SUCH_IMAGE = "no_such_image"
    """A box or point on an image that the row does not have."""
    MISSING_IMAGE = "missing_image"
    """The image file does not exist."""
    UNREADABLE_IMAGE = "unreadable_image"
    """The bytes are no image that can be decoded."""
    ENORMOUS_IMAGE = "enormous_image"
    """The image has more pixels than allowed."""
    PATH_LEAVES_FOLDER = "path_leaves_folder"
    """The path is absolute, climbs out with ``..``, or a link leads outside."""
    UNKNOWN_CLASS = "unknown_class"
    """A class number without a name."""
    AMBIGUOUS = "ambiguous"
    """The question would have several right answers."""
    INCOMPLETE = "incomplete"
    """Part of the answer was rejected, so the whole is not known."""
    BAD_CHAIN = "bad_chain"
    """A conversation that is not a question and an answer."""
    NOT_GROUNDING = "not_grounding"
    """What is asked for is no place, for example a caption of a box."""
    DUPLICATE = "duplicate"
    """The same problem was taken already."""


class RowError(ValueError):
    """One row cannot be taken; it becomes a reject."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


class SourceError(ValueError):
    """A source that cannot be read at all; the text is one sentence a person can act on."""


@dataclass(frozen=True, slots=True)
class Reject:
    """A row not taken."""

    locator: str
    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class SourceImage:
    """Stored bytes with what they are: format, and oriented size in pixels."""

    stored: bytes
    format: str
    width: int
    height: int
    path: str | None = None
    """Where the source had it, relative to its folder."""

    @classmethod
    def read(cls, stored: bytes, path: str | None = None, max_pixels: int | None = None) -> SourceImage:
        """Decode once to be sure. Raises ``RowError``."""
        try:
            return cls(stored, *describe(stored, max_pixels), path)
        except EnormousImageError as error:
            raise RowError(Reason.ENORMOUS_IMAGE, f"{path or 'image'}: {error}") from error
        except UnreadableImageError as error:
            raise RowError(Reason.UNREADABLE_IMAGE, f"{path or 'image'}: {error}") from error

    @property
    def image_id(self) -> str:
        return image_id(self.stored)


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain of thought as a source has it; ``trace`` is None where it does not parse, and ``parse_error`` says why."""

    trace: Trace | None
    text: str
    parse_error: str | None
    teacher: str | None
    dialect: str


@dataclass(frozen=True, slots=True)
class Problem:
    """A grounding problem and its images."""

    locator: str
    dataset: str
    split: str
    task: Task
    question: str
    images: tuple[SourceImage, ...]
    context: tuple[dict[str, str], ...] = ()
    choices: tuple[str, ...] = ()
    answer: str | None = None
    points: tuple[PlacedPoint, ...] = ()
    boxes: tuple[PlacedBox, ...] = ()
    source_space: str = "pixel"
    category: str | None = None
    difficulty_band: str | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)
    chains: tuple[Chain, ...] = ()
    """Chains of thought that came with it."""
    occurrence: str | None = None
    """What tells it from the same problem of its data set, where a benchmark asks that more than once and each counts; its sample's
    ``meta`` tells them apart too."""

    def sample(self) -> Sample:
        """The sample, its id a hash of all its fields."""
        ids = tuple(image.image_id for image in self.images)
        content: list[Any] = [self.dataset, self.split, self.task, ids, self.question, self.context, self.choices, self.answer]
        content += [[_place(point) for point in self.points], [_place(box) for box in self.boxes]]
        content += [self.source_space, self.category, self.difficulty_band, dict(self.meta)]
        return Sample(
            sample_id=entity_id(Kind.SAMPLE, *content),
            dataset=self.dataset,
            split=self.split,
            task=self.task,
            image_ids=ids,
            question=self.question,
            context=self.context,
            choices=self.choices,
            answer=self.answer,
            points=self.points,
            boxes=self.boxes,
            source_space=self.source_space,
            category=self.category,
            difficulty_band=self.difficulty_band,
            meta=dict(self.meta),
        )


def same_problem_key(sample: Sample) -> str:
    """Equal for samples that ask and answer the same of the same images, whatever data set or split they stand in."""
    places = [[_place(point) for point in sample.points], [_place(box) for box in sample.boxes]]
    return digest(sample.task, sample.image_ids, sample.question, sample.context, sample.choices, sample.answer, places)


def _place(place: PlacedPoint | PlacedBox) -> list[Any]:
    if isinstance(place, PlacedPoint):
        return [place.image_index, place.x, place.y, place.label]
    return [place.image_index, place.x1, place.y1, place.x2, place.y2, place.label, place.role]
