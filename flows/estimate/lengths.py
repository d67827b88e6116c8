"""Lengths: how many tokens a student reads and writes at most, by its view and its limits."""

from __future__ import annotations

from dataclasses import dataclass

from data.dialects import get_dialect
from data.viewing import ViewConfig, smart_resize
from models.student.config import StudentConfig

QUESTION_TOKENS = 256
"""Assumed: words of a question with the student's instruction."""
OBSERVATION_TOKENS = 32
"""Assumed: words of an observation, its marks included."""


@dataclass(frozen=True, slots=True)
class Lengths:
    """Tokens of one conversation."""

    image: int
    """Of one image at its largest, for example 16."""
    own: int
    """What the student writes."""
    looks: int = 0
    """Crops that it is shown."""
    shown: int = 0
    """Of its observations, crops included."""
    limit: int | None = None
    """Of what it writes and is shown together."""
    images: int = 1
    """Of a question."""

    @property
    def prompt(self) -> int:
        """Of a question with its images."""
        return self.images * self.image + QUESTION_TOKENS

    @property
    def whole(self) -> int:
        """Of the conversation."""
        after = self.own + self.shown
        return self.prompt + (after if self.limit is None else min(after, self.limit))


def lengths(student: StudentConfig, images: int = 1) -> Lengths:
    """The lengths of one conversation about so many images, in the student's dialect."""
    image = image_tokens(student.view)
    if not get_dialect(student.dialect).has_turns:
        return Lengths(image, student.max_new_tokens, images=images)
    looks, limit = student.turns.most_looks, student.turns.episode_tokens
    shown = looks * (crop_tokens(student) + OBSERVATION_TOKENS)
    return Lengths(image, student.episode_tokens, looks, shown if limit is None else min(shown, limit), limit, images)


def image_tokens(view: ViewConfig) -> int:
    """Tokens of the largest image that the view lets through."""
    return view.max_pixels // view.factor**2


def crop_tokens(student: StudentConfig) -> int:
    """Tokens of a square crop."""
    wide, high = smart_resize(student.zoom.side_px, student.zoom.side_px, student.view)
    return wide * high // student.view.factor**2
