"""Grounding: whether the places that a chain names lie on what its words say they do, as far as the sample knows.

Where known boxes have labels, a place is held against the boxes of the label that the words beside it name, and is not known where they
name none: what the words mean may be there without a box. The words are the place's own label; the last label before it in its sentence
(or before ``it`` stands there for one); or the first one after it where nothing but small words comes before. ``the red object`` names the
one label that begins with ``red``. Where known boxes have no labels, and some of them are evidence, a place is held against all of them.
A point is on a box inside of it or on its edge, a box at an IoU of 0.5 or more, each on the box's own image.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from data.sample import Sample
from data.scoring.iou import placed_iou
from data.scoring.score import CORRECT_IOU, normal, point_hits
from data.trace import Mention, PlacedBox, PlacedPoint, Step, Trace

STAND_INS = ("object", "thing", "one", "shape", "item", "region", "area")
"""Words that stand for what a label ends in."""
SMALL_WORDS = re.compile(
    r"(?:\W|\b(?:an?|and|are|around|at|by|can|found|here|i|in|is|it|look|looking|near|next|now|of|on|one|over|point|region|see|seen|spot|the|"
    r"then|there|this|we)\b)*",
    re.IGNORECASE,
)
"""Text before a place that names nothing."""
PRONOUN = re.compile(r"\b(?:it|they|this|that|its)\b", re.IGNORECASE)
SENTENCE_END = re.compile(r"[.!?;]\s|\n")
CACHED = 1024


@dataclass(frozen=True, slots=True)
class StepGrounding:
    """The places of one step: how many are known to lie right, of how many of which it is known."""

    right: int
    known: int

    @property
    def share(self) -> float | None:
        """None where nothing is known."""
        return self.right / self.known if self.known else None


def ground(trace: Trace, sample: Sample) -> list[StepGrounding]:
    """One for each step."""
    return [_of_step(step, sample) for step in trace.steps]


def _of_step(step: Step, sample: Sample) -> StepGrounding:
    words = [word for place, said in _said(step) if (word := _is_right(place, said, step, sample)) is not None]
    return StepGrounding(sum(words), len(words))


@dataclass(frozen=True, slots=True)
class _Around:
    """Where the words of a place are in its thought: from ``start``, the sentence's or the last place's, to ``end``, the next one's."""

    sentence: int
    start: int
    offset: int
    end: int


def _said(step: Step) -> Iterator[tuple[PlacedPoint | PlacedBox, _Around]]:
    """Each place with where its words are; a look that repeats a place of its step is no further one."""
    mentions = sorted(step.mentions, key=lambda mention: mention.offset)
    named = [mention.place for mention in mentions]
    looks = [Mention(len(step.thought), zoom.point) for zoom in step.zooms if not _is_among(zoom.point, named)]
    places = [*mentions, *looks]
    for number, mention in enumerate(places):
        before = places[number - 1].offset if number else 0
        sentence = max((match.end() for match in SENTENCE_END.finditer(step.thought, 0, mention.offset)), default=0)
        after = places[number + 1].offset if number + 1 < len(places) else len(step.thought)
        stop = SENTENCE_END.search(step.thought, mention.offset)
        end = min(after, stop.start() if stop else len(step.thought))
        yield mention.place, _Around(sentence, max(sentence, before), mention.offset, end)


def _is_right(place: PlacedPoint | PlacedBox, around: _Around, step: Step, sample: Sample) -> bool | None:
    labels = tuple(dict.fromkeys(normal(box.label) for box in sample.boxes if box.label))
    if not labels:
        return _is_on(place, sample.boxes) if sample.evidence_boxes else None
    label = _label(place, around, step.thought, labels)
    return None if label is None else _is_on(place, [box for box in sample.boxes if box.label and normal(box.label) == label])


def _label(place: PlacedPoint | PlacedBox, around: _Around, thought: str, labels: tuple[str, ...]) -> str | None:
    if place.label and normal(place.label) in labels:
        return normal(place.label)
    before = thought[around.start : around.offset]
    if named := _named(before, labels):
        return named[-1]
    if PRONOUN.search(before) and (earlier := _named(thought[: around.start], labels)):
        return earlier[-1]
    if around.start == around.sentence and SMALL_WORDS.fullmatch(before):
        return next(iter(_named(thought[around.offset : around.end], labels)), None)
    return None


def _named(text: str, labels: tuple[str, ...]) -> list[str]:
    """The labels that a text names, in order."""
    found = [normal(match[0]) for match in _pattern(labels).finditer(text)]
    return [name for name in (_full(word, labels) for word in found) if name is not None]


def _full(word: str, labels: Sequence[str]) -> str | None:
    """The label that a word stands for: itself, itself without a plural's s, or the one that begins as it does."""
    if word in labels:
        return word
    if word.removesuffix("s") in labels:
        return word.removesuffix("s")
    head = word.rpartition(" ")[0]
    heads = [label for label in labels if label.rpartition(" ")[0] == head]
    return heads[0] if head and len(heads) == 1 else None


@lru_cache(CACHED)
def _pattern(labels: tuple[str, ...]) -> re.Pattern[str]:
    heads = {head for label in labels if (head := label.rpartition(" ")[0])}
    wholes = [_spaced(label) + "s?" for label in labels]
    parts = [_spaced(head) + rf"\s+(?:{'|'.join(STAND_INS)})" for head in heads]
    return re.compile(rf"(?<!\w)(?:{'|'.join(sorted([*wholes, *parts], key=len, reverse=True))})(?!\w)", re.IGNORECASE)


def _spaced(label: str) -> str:
    return r"\s+".join(map(re.escape, label.split()))


def _is_on(place: PlacedPoint | PlacedBox, boxes: Sequence[PlacedBox]) -> bool:
    if isinstance(place, PlacedPoint):
        return point_hits(place, boxes)
    return any(placed_iou(place, box) >= CORRECT_IOU for box in boxes)


def _is_among(point: PlacedPoint, places: Sequence[PlacedPoint | PlacedBox]) -> bool:
    return any(
        isinstance(place, PlacedPoint) and (place.x, place.y, place.image_index) == (point.x, point.y, point.image_index)
        for place in places
    )
