"""Columns: the strict scorer over many answers at once, from Arrow columns. It says what ``score_answer`` says, number for number.

Rows that cannot be told by columns (several boxes against several) are given to ``score_answer`` one by one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.rows import boxes_from_rows, points_from_rows
from data.sample import Task
from data.scoring.places import Boxes, Points, boxes_of, is_inside, overlaps, points_of
from data.scoring.problems import PLACED, Problems
from data.scoring.ragged import Column, Flags, Real, Whole, best, flags, pairs
from data.scoring.score import CORRECT_IOU, score_answer
from data.scoring.texts import choice_indices, normal_texts
from data.trace import Answer


@dataclass(frozen=True)
class Scores:
    """``correct`` is 1, 0, or NaN where the answer is not known; ``iou`` is NaN where no box was asked."""

    correct: Real
    iou: Real


@dataclass(frozen=True)
class Answers:
    """What N traces answer; ``is_read`` is False for one that could not be read."""

    is_read: Flags
    text: Column
    points: Points
    boxes: Boxes

    @classmethod
    def of(cls, is_read: Flags, rows: pa.RecordBatch) -> Answers:
        """The answers of rows of ``traces``."""
        return cls(is_read, rows.column("answer"), points_of(rows.column("answer_points")), boxes_of(rows.column("answer_boxes")))


def score_columns(problems: Problems, lists: Whole, answers: Answers, rows: pa.RecordBatch) -> Scores:
    """The scores of answers to the problems that ``lists`` names; ``rows`` are the rows of ``traces`` they came from."""
    is_taken = answers.is_read & ~_has_outside_place(problems, lists, answers)
    is_scorable = problems.is_scorable[lists]
    correct = np.where(is_scorable, 0.0, np.nan)
    iou = np.where(is_scorable & problems.has_task(lists, Task.BOX, Task.BOXES), 0.0, np.nan)
    asked = is_taken & is_scorable
    correct[asked & problems.has_task(lists, Task.POINT) & _hits(problems, lists, answers)] = 1.0
    _score_texts(problems, lists, answers, asked, correct)
    odd = _score_boxes(problems, lists, answers.boxes, asked, iou)
    correct[iou >= CORRECT_IOU] = 1.0
    for row in np.flatnonzero(odd):
        score = score_answer(problems.sample(lists[row]), _answer(rows, int(row)), problems.sizes(lists[row]))
        correct[row], iou[row] = float(bool(score.correct)), np.nan if score.iou is None else score.iou
    return Scores(correct, iou)


def _hits(problems: Problems, lists: Whole, answers: Answers) -> Flags:
    points, count = answers.points, len(lists)
    hits = np.bincount(points.rows, weights=is_inside(points, lists[points.rows], problems.answers), minlength=count)
    is_hit: Flags = (np.bincount(points.rows, minlength=count) == 1) & (hits == 1)
    return is_hit


def _score_boxes(problems: Problems, lists: Whole, said: Boxes, asked: Flags, iou: Real) -> Flags:
    """Writes the IoU of what one box said or known is enough for; says which rows are too much for that."""
    counts, known = said.counts, problems.answers.counts[lists]
    is_box = asked & problems.has_task(lists, Task.BOX) & (counts == 1)
    is_boxes = asked & problems.has_task(lists, Task.BOXES) & (counts > 0)
    is_single = is_boxes & ((counts == 1) | (known == 1))
    wanted = said.where((is_box | is_single)[said.rows])
    items, values = pairs(lists[wanted.rows], problems.answers.lists)
    top = best(wanted.rows[items], overlaps(wanted, items, problems.answers, values), len(lists))
    iou[is_box] = top[is_box]
    iou[is_single] = top[is_single] / np.maximum(counts, known)[is_single]
    is_much: Flags = is_boxes & ~is_single
    return is_much


def _score_texts(problems: Problems, lists: Whole, answers: Answers, asked: Flags, correct: Real) -> None:
    rows = np.flatnonzero(asked & ~problems.has_task(lists, *PLACED))
    if not len(rows):
        return
    coded = answers.text.take(pa.array(rows)).dictionary_encode()
    samples, said = lists[rows], normal_texts(coded.dictionary).take(coded.indices)
    is_right = flags(pc.equal(said, problems.answer_text.take(pa.array(samples))))
    is_choice = problems.has_task(samples, Task.CHOICE) & ~is_right
    if is_choice.any():
        named = choice_indices(said.filter(pa.array(is_choice)), samples[is_choice], problems.choices)
        is_right[is_choice] = (named >= 0) & (named == problems.choice[samples[is_choice]])
    correct[rows[is_right]] = 1.0


def _has_outside_place(problems: Problems, lists: Whole, answers: Answers) -> Flags:
    found = np.zeros(len(lists), dtype=bool)
    if problems.has_sizes:
        points, boxes = answers.points, answers.boxes
        found[points.rows[~_is_on(problems, lists[points.rows], points.image, (points.x,), (points.y,))]] = True
        sides = ((boxes.x1, boxes.x2), (boxes.y1, boxes.y2))
        found[boxes.rows[~_is_on(problems, lists[boxes.rows], boxes.image, *sides)]] = True
    return found


def _is_on(problems: Problems, samples: Whole, image: Whole, xs: tuple[Real, ...], ys: tuple[Real, ...]) -> Flags:
    is_there = (image >= 0) & (image < problems.images.counts[samples])
    at = np.where(is_there, problems.images.starts[samples] + image, -1)
    width, height = problems.width[at], problems.height[at]
    for x in xs:
        is_there &= (x >= 0) & (x <= width)
    for y in ys:
        is_there &= (y >= 0) & (y <= height)
    return is_there


def _answer(rows: pa.RecordBatch, number: int) -> Answer:
    row = rows.slice(number, 1).select(["answer", "answer_points", "answer_boxes"]).to_pylist()[0]
    points, boxes = ([{"label": None, "role": None} | place for place in row[name] or ()] for name in ("answer_points", "answer_boxes"))
    return Answer(row["answer"], points_from_rows(points), boxes_from_rows(boxes))
