"""Grammar: a small, tolerant reading of questions about coloured shapes.

A *phrase* names things by colour and shape, either of which may be left open (``the circle``, ``the red object``). A *wish* is what a
question asks: to find a phrase, perhaps by its relation to another; to tell how two phrases lie, which shape one has, or whether two have
the same; or what several images share or where they differ.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

COLOR_WORDS = ["red", "orange", "yellow", "green", "cyan", "blue", "purple", "pink", "black", "white", "grey"]
SYNONYMS = {"gray": "grey", "violet": "purple", "magenta": "pink", "disc": "circle", "disk": "circle", "plus": "cross"}
SHAPE_WORDS = ["circle", "square", "triangle", "cross", "rectangle", "shape", "disc", "disk", "plus"]
OPEN_WORDS = ["object", "thing", "item", "one"]
_COLORS = "|".join([*COLOR_WORDS, "gray", "violet", "magenta"])
PHRASE = re.compile(rf"\b(?:({_COLORS})\s+)?({'|'.join(SHAPE_WORDS + OPEN_WORDS)})s?\b|\b({_COLORS})\b")
RELATION = re.compile(r"\b(?:(?:to|on)\s+the\s+)?(left|right)(?:\s+side)?\s+of\b|\b(above|over|below|under|beneath|underneath)\b")
DIRECTIONS = {"over": "above", "under": "below", "beneath": "below", "underneath": "below"}
IMAGE = re.compile(r"\b(first|second|third|fourth|last)\s+(?:image|picture|one)|\b(?:image|picture)\s+(\d+)")
ORDINALS = {"first": 0, "second": 1, "third": 2, "fourth": 3, "last": -1}
SHARED = re.compile(r"\b(both|all|each|every|common|shared?|same)\b")
WHICH_SHAPE = re.compile(r"\b(?:what|which) shape\b")
SAME_SHAPE = re.compile(r"\b(?:same|equal|one) shape\b")
CHANGED = re.compile(r"\b(chang\w*|differ\w*)\b")


class Kind(StrEnum):
    """What a question asks."""

    FIND = "find"
    """Where a thing is."""
    RELATE = "relate"
    """In which direction one thing lies from another."""
    SHAPE = "shape"
    """Which shape a thing has."""
    ALIKE = "alike"
    """Whether two things have the same shape."""
    COMMON = "common"
    """Which thing is in every image."""
    CHANGED = "changed"
    """Which thing is not as it was in the first image."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A colour and a shape; None leaves it open."""

    color: str | None
    shape: str | None

    @property
    def text(self) -> str:
        return " ".join(word for word in (self.color, self.shape or "object") if word)

    def names(self, color: str, shape: str) -> bool:
        """Whether a thing of this colour and shape fits."""
        return self.color in (None, color) and self.shape in (None, shape)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a question asks, for example to find the circle left of the blue square."""

    kind: Kind
    target: Phrase | None = None
    relation: str | None = None
    """left, right, above or below: where the target lies from the anchor."""
    anchor: Phrase | None = None
    image: int | None = None
    """Index of the image that is asked about, -1 for the last."""


def read_question(question: str, choices: tuple[str, ...], images: int) -> Wish | None:
    """The wish of a question about that many images; None where the grammar does not reach."""
    text = re.sub(r"\s+", " ", question.lower())
    image = _image(text)
    if kind := _of_shapes(text):
        phrases = _phrases(IMAGE.sub(" ", text))
        if len(phrases) > (kind is Kind.ALIKE):
            return Wish(kind, phrases[0], None, phrases[1] if kind is Kind.ALIKE else None, image)
    if images > 1 and CHANGED.search(text):
        return Wish(Kind.CHANGED, image=image)
    if images > 1 and SHARED.search(text):
        return Wish(Kind.COMMON, image=image)
    phrases = _phrases(IMAGE.sub(" ", text))
    relations = _relations(text)
    if len(phrases) > 1 and (len(set(relations)) > 1 or (choices and not relations)):
        return Wish(Kind.RELATE, phrases[0], None, phrases[1], image)
    if len(phrases) > 1 and relations:
        return Wish(Kind.FIND, phrases[0], relations[0], phrases[1], image)
    return Wish(Kind.FIND, phrases[0], image=image) if phrases else None


def direction(text: str) -> str | None:
    """The direction that a choice such as ``to the left`` or ``below`` speaks of."""
    found = re.search(r"\b(left|right|above|over|below|under|beneath|underneath)\b", text.lower())
    return DIRECTIONS.get(found[1], found[1]) if found else None


def _of_shapes(text: str) -> Kind | None:
    return Kind.SHAPE if WHICH_SHAPE.search(text) else Kind.ALIKE if SAME_SHAPE.search(text) else None


def _relations(text: str) -> list[str]:
    words = (match[1] or match[2] for match in RELATION.finditer(text))
    return [DIRECTIONS.get(word, word) for word in words]


def _phrases(text: str) -> list[Phrase]:
    phrases = []
    for match in PHRASE.finditer(text):
        color, shape = match[1] or match[3], match[2]
        known = None if shape is None or shape in OPEN_WORDS or shape == "shape" else SYNONYMS.get(shape, shape)
        if color or known:
            phrases.append(Phrase(SYNONYMS.get(color, color) if color else None, known))
    return phrases


def _image(text: str) -> int | None:
    found = IMAGE.search(text)
    if found is None:
        return None
    return ORDINALS[found[1]] if found[1] else int(found[2]) - 1
