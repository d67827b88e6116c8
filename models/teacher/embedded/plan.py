"""Plan: the claims that lead to an answer, and the answer.

A *claim* says that a named thing is at a place. Places come from what is seen, or from the places that the messages give. Nerves (the
temperature) make a place imprecise, and now and then take another thing for the one that is meant.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from models.teacher.embedded.brief import Brief, KnownPlace
from models.teacher.embedded.grammar import Kind, Phrase, Wish, direction, read_question
from models.teacher.embedded.sight import Sight, Thing

CONFUSION = 0.08 / 0.7
"""Probability of taking another thing for the one meant, per unit of temperature."""
POINT_SPREAD = 0.18
"""Standard deviation of a point per unit of temperature, as part of the thing's sides."""
EDGE_SPREAD = 0.07
"""Standard deviation of a box's edge per unit of temperature, as part of the thing's sides."""
Corners = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Claim:
    """That a named thing is at a place of an image, in its pixels; what is found when it is looked at is said after that."""

    name: str
    image: int
    point: tuple[float, float]
    box: Corners
    finding: str = ""
    """A sentence, for example ``It is a circle.``"""


@dataclass(frozen=True, slots=True)
class Plan:
    """Claims in the order they are said, and the answer: a text, or the place of one or several claims."""

    claims: tuple[Claim, ...]
    text: str | None = None
    places: tuple[Claim, ...] = ()


class CannotTellError(Exception):
    """Why there is no answer, as a sentence to the asker."""


class Thinker:
    """Makes the plan for a brief; ``random`` decides all that temperature leaves open."""

    def __init__(self, brief: Brief, temperature: float, rng: random.Random) -> None:
        self.brief = brief
        self.temperature = temperature
        self.rng = rng

    def plan(self) -> Plan:
        """The plan. Raises ``CannotTellError``."""
        if self.brief.known or self.brief.known_answer:
            return self._explain()
        if not all(image.is_flat for image in self.brief.images):
            raise CannotTellError("This is a photograph; I can only explain a place that I am given, and I was given none.")
        wish = read_question(self.brief.question, self.brief.choices, len(self.brief.images))
        if wish is None:
            raise CannotTellError(f"I do not understand what to look for in: {self.brief.question}")
        answers: dict[Kind, Callable[[Wish], Plan]] = {
            Kind.FIND: self._find,
            Kind.RELATE: self._relate,
            Kind.SHAPE: self._shape,
            Kind.ALIKE: self._alike,
            Kind.COMMON: self._common,
            Kind.CHANGED: self._changed,
        }
        return answers[wish.kind](wish)

    def _explain(self) -> Plan:
        known = sorted(self.brief.known, key=lambda place: place.is_answer)
        claims = tuple(self._known_claim(place) for place in known)
        answers = tuple(claim for claim, place in zip(claims, known, strict=True) if place.is_answer)
        return Plan(claims, self.brief.known_answer, answers or claims[-1:])

    def _known_claim(self, place: KnownPlace) -> Claim:
        x1, y1, x2, y2 = place.box
        image = self.brief.images[place.image]
        name = next((thing.name for thing in image.things if _overlap(_corners(thing), place.box) > 0.5), place.label)
        return Claim(name, place.image, self._point(place.box, image), (x1, y1, x2, y2))

    def _find(self, wish: Wish) -> Plan:
        assert wish.target is not None
        index, target, anchor = self._resolve(wish, wish.target)
        if anchor is None or wish.relation is None or wish.anchor is None:
            claim = self._claim(wish.target.text, index, target)
            return Plan((claim,), places=(claim,))
        first = self._claim(wish.anchor.text, index, anchor, certain=True)
        words = {"left": "left of it", "right": "right of it", "above": "above it", "below": "below it"}[wish.relation]
        claim = self._claim(f"{wish.target.text} {words}", index, target)
        return Plan((first, claim), places=(claim,))

    def _relate(self, wish: Wish) -> Plan:
        assert wish.target is not None
        assert wish.anchor is not None
        index = self._index(wish.image, default=0)
        claims = tuple(
            self._claim(phrase.text, index, self._one(phrase, index), certain=number > 0)
            for number, phrase in enumerate((wish.target, wish.anchor))
        )
        lies = _direction(claims[0].point, claims[1].point)
        return Plan(claims, next((choice for choice in self.brief.choices if direction(choice) == lies), lies))

    def _shape(self, wish: Wish) -> Plan:
        assert wish.target is not None
        claim, shape = self._examined(wish.target, self._index(wish.image, default=0), certain=False)
        return Plan((claim,), shape)

    def _alike(self, wish: Wish) -> Plan:
        assert wish.target is not None
        assert wish.anchor is not None
        index = self._index(wish.image, default=0)
        first, second = self._examined(wish.target, index, certain=False), self._examined(wish.anchor, index, certain=True)
        return Plan((first[0], second[0]), "yes" if first[1] == second[1] else "no")

    def _examined(self, phrase: Phrase, index: int, *, certain: bool) -> tuple[Claim, str]:
        """A claim with what is found there, and the shape that is."""
        image = self.brief.images[index]
        claim = self._claim(phrase.text, index, self._one(phrase, index), certain=certain)
        shape = max(image.things, key=lambda thing: _overlap(_corners(thing), claim.box)).shape
        return replace(claim, finding=f"It is a {shape}."), shape

    def _common(self, wish: Wish) -> Plan:
        images = self.brief.images
        shared = set.intersection(*({thing.name for thing in image.things} for image in images))
        if not shared:
            raise CannotTellError("I see no object that is in every image.")
        name = min(shared)
        asked = self._index(wish.image, default=-1)
        things = [next(thing for thing in image.things if thing.name == name) for image in images]
        claims = [self._claim(name, k, thing, certain=k != asked) for k, thing in enumerate(things)]
        return Plan(tuple(claims), places=(claims[asked],))

    def _changed(self, wish: Wish) -> Plan:
        asked = self._index(wish.image, default=-1)
        other = 0 if asked else len(self.brief.images) - 1
        for thing in self.brief.images[asked].things:
            before = next((old for old in self.brief.images[other].things if _overlap(_corners(old), _corners(thing)) > 0.5), None)
            if before is None or before.name != thing.name:
                told = [self._claim(before.name, other, before, certain=True)] if before else []
                claim = self._claim(thing.name, asked, thing)
                return Plan((*told, claim), places=(claim,))
        raise CannotTellError("I see no difference between the images.")

    def _resolve(self, wish: Wish, target: Phrase) -> tuple[int, Thing, Thing | None]:
        """Image, thing and anchor of what is to be found; without a named image, the first image that has it."""
        indices = range(len(self.brief.images)) if wish.image is None else [self._index(wish.image, default=0)]
        for index in indices:
            things = self.brief.images[index].things
            if wish.anchor is None or wish.relation is None:
                fitting = [thing for thing in things if target.names(thing.color, thing.shape)]
                if fitting:
                    return index, max(fitting, key=_size), None
                continue
            pairs = [
                (_across(thing, anchor, wish.relation), thing, anchor)
                for anchor in things
                if wish.anchor.names(anchor.color, anchor.shape)
                for thing in things
                if thing is not anchor and target.names(thing.color, thing.shape)
            ]
            if pairs:
                _, thing, anchor = min(pairs, key=lambda pair: pair[0])
                return index, thing, anchor
        raise CannotTellError(f"I see no {target.text} here.")

    def _one(self, phrase: Phrase, index: int) -> Thing:
        fitting = [thing for thing in self.brief.images[index].things if phrase.names(thing.color, thing.shape)]
        if not fitting:
            raise CannotTellError(f"I see no {phrase.text} here.")
        return max(fitting, key=_size)

    def _index(self, image: int | None, default: int) -> int:
        index = default if image is None else image
        count = len(self.brief.images)
        if not -count <= index < count:
            raise CannotTellError(f"There are only {count} images.")
        return index % count

    def _claim(self, name: str, index: int, thing: Thing, *, certain: bool = False) -> Claim:
        image = self.brief.images[index]
        if not certain and self.rng.random() < CONFUSION * self.temperature:
            thing = self._confused(thing, image)
        box = _corners(thing)
        return Claim(name, index, self._point(box, image), self._box(box, image))

    def _confused(self, thing: Thing, image: Sight) -> Thing:
        """Another thing, one of the same colour or shape if there is any."""
        others = [other for other in image.things if other != thing]
        alike = [other for other in others if other.color == thing.color or other.shape == thing.shape]
        return self.rng.choice(alike or others or [thing])

    def _point(self, box: Corners, image: Sight) -> tuple[float, float]:
        x1, y1, x2, y2 = box
        spread = POINT_SPREAD * self.temperature
        x, y = self.rng.gauss((x1 + x2) / 2, spread * (x2 - x1)), self.rng.gauss((y1 + y2) / 2, spread * (y2 - y1))
        return min(max(x, 0.0), image.width), min(max(y, 0.0), image.height)

    def _box(self, box: Corners, image: Sight) -> Corners:
        x1, y1, x2, y2 = box
        wide, high = EDGE_SPREAD * self.temperature * (x2 - x1), EDGE_SPREAD * self.temperature * (y2 - y1)
        xs = sorted(min(max(self.rng.gauss(x, wide), 0.0), image.width) for x in (x1, x2))
        ys = sorted(min(max(self.rng.gauss(y, high), 0.0), image.height) for y in (y1, y2))
        return xs[0], ys[0], xs[1], ys[1]


def _corners(thing: Thing) -> Corners:
    return thing.x1, thing.y1, thing.x2, thing.y2


def _size(thing: Thing) -> int:
    return (thing.x2 - thing.x1) * (thing.y2 - thing.y1)


def _overlap(a: Sequence[float], b: Sequence[float]) -> float:
    """Intersection over union of two boxes."""
    wide, high = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    shared = max(wide, 0) * max(high, 0)
    total = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared
    return shared / total if total > 0 else 0.0


def _direction(a: tuple[float, float], b: tuple[float, float]) -> str:
    """Where ``a`` lies from ``b``."""
    dx, dy = a[0] - b[0], a[1] - b[1]
    if abs(dx) >= abs(dy):
        return "left" if dx < 0 else "right"
    return "above" if dy < 0 else "below"


def _across(thing: Thing, anchor: Thing, relation: str) -> float:
    """How far off the direction a thing lies from the anchor, radians."""
    dx, dy = thing.center[0] - anchor.center[0], thing.center[1] - anchor.center[1]
    along = {"left": -dx, "right": dx, "above": -dy, "below": dy}[relation]
    return math.atan2(abs(dy if relation in {"left", "right"} else dx), along)
