"""Score: the one word on whether an answer is right, which search, filter, reward and benchmark call.

A point is right inside an answer box, edges included, of the same image. A box is right at an IoU of at least 0.5. Boxes are matched
one to one and scored by the sum of their IoUs over the larger count. A choice is the text of a choice, its letter, or both (``B. left``);
other text is equal up to case and white space. An answer with a place outside its image is wrong.
"""

from __future__ import annotations

import string
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from data.dialects.places import is_outside
from data.sample import Task
from data.scoring.iou import placed_iou, placed_matrix, point_in_box
from data.trace import Answer, PlacedBox, PlacedPoint

CORRECT_IOU = 0.5
"""From this IoU on a box is right, as in the published grounding benchmarks (Acc@0.5)."""


class Score(NamedTuple):
    """``correct`` is None where the sample has no known answer; ``iou`` is None where no box was asked; ``outcome`` is in [0, 1]."""

    correct: bool | None
    iou: float | None
    outcome: float


class Known(Protocol):
    """What is asked, and what is known of it: a sample, for example."""

    @property
    def task(self) -> Task: ...
    @property
    def answer_boxes(self) -> tuple[PlacedBox, ...]: ...
    @property
    def answer(self) -> str | None: ...
    @property
    def choices(self) -> tuple[str, ...]: ...


UNKNOWN = Score(None, None, 0.0)
NOTHING = Answer()
POINT, BOX, CHOICE = Task.POINT, Task.BOX, Task.CHOICE
PLACED = frozenset({POINT, BOX, Task.BOXES})
"""Tasks whose answers are places."""


def score_answer(sample: Known, answer: Answer | None, sizes: Sequence[tuple[float, float]] | None = None) -> Score:
    """The score of an answer; None (unreadable) is wrong. ``sizes`` are the images' widths and heights in pixels, for places outside."""
    if not is_scorable(sample):
        return UNKNOWN
    task, said = sample.task, answer if answer is not None and outside_place(answer, sizes) is None else NOTHING
    if task == POINT:
        return _flag(_hits(said, sample.answer_boxes))
    if task in PLACED:
        overlap = _box_iou(said, sample.answer_boxes) if task == BOX else boxes_iou(said.boxes, sample.answer_boxes)
        return Score(overlap >= CORRECT_IOU, overlap, overlap)
    if task == CHOICE:
        return _flag(is_choice(said.text, sample.answer, sample.choices))
    return _flag(said.text is not None and normal(said.text) == normal(sample.answer or ""))


def is_scorable(sample: Known) -> bool:
    """Whether the sample knows what its task asks for."""
    if sample.task in PLACED:
        return bool(sample.answer_boxes)
    return bool(sample.answer and sample.answer.strip())


def outside_place(answer: Answer, sizes: Sequence[tuple[float, float]] | None) -> PlacedPoint | PlacedBox | None:
    """The first place of an answer that is not on its image; None where all are, or where sizes are not known."""
    if sizes is None:
        return None
    places: tuple[PlacedPoint | PlacedBox, ...] = (*answer.points, *answer.boxes)
    for place in places:
        if not _is_on(place, sizes):
            return place
    return None


def point_hits(point: PlacedPoint, boxes: Sequence[PlacedBox]) -> bool:
    """Whether a point lies in one of the boxes of its image, edges included."""
    return any(point_in_box(point, box) for box in boxes)


def boxes_iou(said: tuple[PlacedBox, ...], known: tuple[PlacedBox, ...]) -> float:
    """The best one-to-one matching's sum of IoUs over the larger count; 0 where either is empty."""
    if not said or not known:
        return 0.0
    from scipy.optimize import linear_sum_assignment

    overlaps = placed_matrix(said, known)
    rows, columns = linear_sum_assignment(overlaps, maximize=True)
    return float(overlaps[rows, columns].sum()) / max(len(said), len(known))


def is_choice(said: str | None, known: str | None, choices: Sequence[str]) -> bool:
    """Whether what is said names the known choice; a letter that contradicts the text beside it names none."""
    if said is None or known is None:
        return False
    if normal(said) == normal(known):
        return True
    index = _choice_index(said, choices)
    return index is not None and index == _choice_index(known, choices)


def normal(text: str) -> str:
    """Text without differences of case and white space."""
    return " ".join(text.split()).casefold()


def _choice_index(text: str, choices: Sequence[str]) -> int | None:
    names = [normal(choice) for choice in choices]
    said = normal(text)
    if said in names:
        return names.index(said)
    for index, (letter, name) in enumerate(zip(string.ascii_lowercase, names, strict=False)):
        heads = (letter, f"{letter}.", f"({letter})", f"{letter})", f"{letter}:")
        if said in heads or said in {f"{head} {name}" for head in heads[1:]}:
            return index
    return None


def _is_on(place: PlacedPoint | PlacedBox, sizes: Sequence[tuple[float, float]]) -> bool:
    index = place.image_index
    return 0 <= index < len(sizes) and not is_outside(place, *sizes[index])


def _flag(is_correct: bool) -> Score:
    return Score(is_correct, None, float(is_correct))


def _hits(answer: Answer, boxes: tuple[PlacedBox, ...]) -> bool:
    return len(answer.points) == 1 and point_hits(answer.points[0], boxes)


def _box_iou(answer: Answer, boxes: tuple[PlacedBox, ...]) -> float:
    if len(answer.boxes) != 1:
        return 0.0
    return max([placed_iou(answer.boxes[0], box) for box in boxes])
