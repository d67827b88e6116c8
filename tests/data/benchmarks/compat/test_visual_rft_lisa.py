from __future__ import annotations

import math

import pytest

from data.benchmarks.compat.visual_rft_lisa import corners, giou, reward

KNOWN = "<answer> (0,0),(500,500) </answer>"


def worth(answer: str, known: str = KNOWN) -> float:
    return reward(f"<think>a</think><answer>{answer}</answer>", known)


def test_giou_is_iou_less_the_empty_share_of_the_hull() -> None:
    assert giou([(0, 0), (2, 2)], [(1, 1), (3, 3)]) == 1 / 7 - 2 / 9
    assert worth("(0,0),(500,250)") == 1.5
    assert worth("(500,500),(1000,1000)") == pytest.approx(0.5)


def test_white_space_is_free_between_all_signs() -> None:
    assert worth("<|box_start|>( 0 ,\n0 ) ,\u00a0( 500 , 500 )<|box_end|>") == 2.0


def test_other_forms_are_worth_nothing() -> None:
    for answer in ("", "(0,0)", "(0,0)(500,500)", "[0,0,500,500]", "(0.0,0),(500,500)", "(-1,0),(500,500)", "(1_0,0),(500,500)"):
        assert worth(answer) == 0.0


def test_of_several_boxes_the_first_corners_of_the_first_two_are_taken() -> None:
    assert corners("(0,0),(1,2) and (500,500),(3,4)") == [(0, 0), (0.5, 0.5), (0.001, 0.002), (0.003, 0.004)]
    assert worth("(0,0),(1,1),(500,500),(9,9)") == 2.0


def test_the_same_letters_are_worth_two_whatever_they_say() -> None:
    assert reward("none", "<answer>none</answer>") == reward(" none ", "none") == 2.0
    assert worth("(5,5),(5,5)", "<answer>(5,5),(5,5)</answer>") == 2.0


def test_a_solution_over_lines_is_compared_whole_and_its_box_is_read_all_the_same() -> None:
    known = "<answer>\n(0,0),(500,500)</answer>"
    assert worth("(0,0),(500,250)", known) == 1.5
    assert worth("none", "<answer>\nnone</answer>") == 0.0


def test_a_box_without_area_has_the_hull_alone() -> None:
    assert worth("(5,5),(5,5)", "<answer>(5, 5),(5,5)</answer>") == 1.0


def test_areas_are_signed_so_that_an_inverted_box_can_be_worth_all() -> None:
    assert worth("(500,500),(0,0)") == 2.0


def test_too_large_a_number_anywhere_is_worth_nothing() -> None:
    for digits in (400, 5000):
        assert worth(f"(0,0),(500,500) (1,1),(1,{'9' * digits})") == 0.0


def test_areas_beyond_floats_make_infinities_and_nan() -> None:
    huge = "9" * 300
    assert worth(f"({huge},{huge}),(0,0)") == math.inf
    assert math.isnan(worth(f"(0,0),({huge},{huge})"))
