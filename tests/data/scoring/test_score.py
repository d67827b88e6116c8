from __future__ import annotations

import dataclasses

import pytest

from data.sample import Role, Sample, Task
from data.scoring import Score, score_answer
from data.scoring.score import UNKNOWN
from data.trace import Answer, PlacedBox, PlacedPoint

KNOWN = PlacedBox(10, 10, 30, 30, 0, "cat", Role.ANSWER)
SAMPLE = Sample("smp_1", "set", "train", Task.POINT, ("img_1", "img_2"), "Where?", boxes=(KNOWN,))
BOX = dataclasses.replace(SAMPLE, task=Task.BOX)
BOXES = dataclasses.replace(SAMPLE, task=Task.BOXES, boxes=(KNOWN, PlacedBox(50, 50, 70, 70, 0, "cat", Role.ANSWER)))
CHOICE = dataclasses.replace(SAMPLE, task=Task.CHOICE, choices=("Left of it", "right of it"), answer="left of it", boxes=())
SIZES = [(100, 100), (100, 100)]


def placed(x1: float, y1: float, x2: float, y2: float, image_index: int = 0) -> PlacedBox:
    return PlacedBox(x1, y1, x2, y2, image_index)


@pytest.mark.parametrize(("x", "y", "is_right"), [(20, 20, True), (10, 30, True), (9.9, 20, False), (float("nan"), 20, False)])
def test_a_point_is_right_inside_the_answer_box_edges_included(x: float, y: float, is_right: bool) -> None:
    assert score_answer(SAMPLE, Answer(points=(PlacedPoint(x, y),))) == Score(is_right, None, float(is_right))


def test_a_point_on_another_image_is_wrong() -> None:
    assert score_answer(SAMPLE, Answer(points=(PlacedPoint(20, 20, 1),))).correct is False


def test_a_point_in_an_evidence_box_is_wrong() -> None:
    sample = dataclasses.replace(SAMPLE, boxes=(dataclasses.replace(KNOWN, x1=0, x2=5), PlacedBox(10, 10, 30, 30, 0, None, Role.EVIDENCE)))
    assert score_answer(sample, Answer(points=(PlacedPoint(20, 20),))).correct is False


def test_two_points_where_one_is_asked_are_wrong() -> None:
    assert score_answer(SAMPLE, Answer(points=(PlacedPoint(20, 20), PlacedPoint(20, 20)))).correct is False


def test_a_box_scores_its_strict_iou_and_is_right_from_one_half() -> None:
    assert score_answer(BOX, Answer(boxes=(placed(10, 10, 30, 20),))) == Score(True, 0.5, 0.5)
    assert score_answer(BOX, Answer(boxes=(placed(10, 10, 30, 19),))).correct is False


def test_a_box_on_another_image_is_wrong() -> None:
    assert score_answer(BOX, Answer(boxes=(placed(10, 10, 30, 30, 1),))) == Score(False, 0.0, 0.0)


def test_a_box_is_compared_with_the_known_box_it_fits_best() -> None:
    sample = dataclasses.replace(BOXES, task=Task.BOX)
    assert score_answer(sample, Answer(boxes=(placed(50, 50, 70, 70),))).iou == 1.0


def test_boxes_are_matched_one_to_one() -> None:
    twice = Answer(boxes=(placed(10, 10, 30, 30), placed(10, 10, 30, 30)))
    both = Answer(boxes=(placed(50, 50, 70, 70), placed(10, 10, 30, 30)))
    assert score_answer(BOXES, twice).iou == 0.5
    assert score_answer(BOXES, both).iou == 1.0


def test_a_box_too_many_costs() -> None:
    three = Answer(boxes=(placed(50, 50, 70, 70), placed(10, 10, 30, 30), placed(0, 0, 1, 1)))
    assert score_answer(BOXES, three).iou == pytest.approx(2 / 3)


@pytest.mark.parametrize("said", ["left of it", " LEFT  of\nit", "A", "a.", "(A)", "A. Left of it", "(a) left of it"])
def test_a_choice_is_its_text_or_its_letter_or_both(said: str) -> None:
    assert score_answer(CHOICE, Answer(said)).correct is True


@pytest.mark.parametrize(
    "said", ["right of it", "B", "B. left of it", "A. right of it", "left", "left of it.", "I think left of it", "", "A left of it"]
)
def test_anything_else_is_another_choice_or_none(said: str) -> None:
    assert score_answer(CHOICE, Answer(said or None)).correct is False


def test_a_known_letter_stands_for_its_choice() -> None:
    assert score_answer(dataclasses.replace(CHOICE, answer="B"), Answer("Right of it")).correct is True


def test_a_choice_whose_text_is_a_letter_is_that_text() -> None:
    sample = dataclasses.replace(CHOICE, choices=("B", "A"), answer="B")
    assert score_answer(sample, Answer("B")).correct is True
    assert score_answer(sample, Answer("A")).correct is False


def test_text_is_equal_up_to_case_and_white_space() -> None:
    sample = dataclasses.replace(CHOICE, task=Task.TEXT, choices=(), answer="Two Cats")
    assert score_answer(sample, Answer("two  cats")).outcome == 1.0
    assert score_answer(sample, Answer("two cat")).outcome == 0.0


def test_an_answer_outside_its_image_is_wrong_where_sizes_are_known() -> None:
    sample = dataclasses.replace(BOX, boxes=(PlacedBox(90, 90, 100, 100, 0, None, Role.ANSWER),))
    answer = Answer(boxes=(placed(90, 90, 101, 100),))
    assert score_answer(sample, answer).correct is True
    assert score_answer(sample, answer, SIZES) == Score(False, 0.0, 0.0)


def test_an_image_that_is_not_there_is_outside() -> None:
    assert score_answer(SAMPLE, Answer(points=(PlacedPoint(20, 20, 5),)), SIZES).correct is False


def test_an_unreadable_answer_is_wrong() -> None:
    assert score_answer(SAMPLE, None) == Score(False, None, 0.0)
    assert score_answer(BOX, None) == Score(False, 0.0, 0.0)


def test_a_sample_without_a_known_answer_has_no_score() -> None:
    assert score_answer(dataclasses.replace(SAMPLE, boxes=()), Answer(points=(PlacedPoint(1, 1),))) == UNKNOWN
    assert score_answer(dataclasses.replace(CHOICE, answer=None), Answer("A")) == UNKNOWN
