from __future__ import annotations

import math

import pytest

from data.benchmarks.compat.treebench import answer, in_order, iou, named, recall

LONGEST = 4300
"""Digits that Python reads as one whole number."""


def test_overlap_is_exact() -> None:
    assert iou((100, 100, 200, 200), (95, 105, 195, 195)) == 8550 / 10450


def test_a_union_that_is_not_above_zero_has_no_overlap() -> None:
    assert iou((5, 5, 5, 5), (5, 5, 5, 5)) == 0.0
    assert iou((5, 5, 1, 9), (5, 5, 1, 9)) == 0.0


def test_nan_overlaps_nothing() -> None:
    assert recall([(math.nan, 0, 10, 10)], [(0, 0, 10, 10)]) == 0.0


def test_a_box_is_four_whole_numbers_at_the_start_of_its_tag_without_spaces_between() -> None:
    assert named("<box>\n[1,2,3,4]]] and more </box>") == [(1, 2, 3, 4)]
    for body in ("[1, 2,3,4]", "[ 1,2,3,4]", "[[1,2,3,4]]", "[1,2,3]", "[1,2,3,4.0]", "[-1,2,3,4]", "[1_0,2,3,4]", "(1,2),(3,4)", ""):
        assert named(f"<box>{body}</box>") == [None]


def test_digits_of_any_script_are_read() -> None:
    assert named("<box>[٣,１,007,𝟝]</box>") == [(3, 1, 7, 5)]


def test_a_tag_runs_to_the_next_closing_one() -> None:
    assert named("<box>[1,2,3,4]<box>[5,6,7,8]</box>[9,9,9,9]</box>") == [(1, 2, 3, 4)]


def test_boxes_without_width_or_height_are_left_out() -> None:
    assert in_order([(1, 2, 3, 4), None, (3, 2, 1, 4), (1, 2, 1, 4)]) == [(1, 2, 3, 4)]


def test_recall_lets_one_box_serve_all() -> None:
    asked = [(0, 0, 10, 10), (0, 0, 10, 20)]
    assert recall(asked, [(0, 0, 10, 10)]) == 0.75
    assert recall(asked, []) == recall([], asked) == 0.0


def test_python_limits_what_is_a_number() -> None:
    assert named(f"<box>[1,2,3,{'9' * LONGEST}]</box>") == [(1, 2, 3, 10**LONGEST - 1)]
    with pytest.raises(ValueError, match="4300 digits"):
        named(f"<box>[1,2,3,{'9' * (LONGEST + 1)}]</box>")


def test_a_float_does_not_meet_a_number_beyond_floats() -> None:
    huge = (0, 0, 10**400, 10**400)
    assert iou((0, 0, 10, 10), huge) == 0.0
    with pytest.raises(OverflowError):
        iou((0, 0, 10.5, 10), huge)


def test_an_answer_is_the_first_block_in_upper_case_or_the_whole_reply() -> None:
    assert answer("<answer>\n b </answer><answer>c</answer>") == "B"
    assert answer("<answer>straße</answer>") == "STRASSE"
    assert answer(" b <Answer>c</Answer>") == " b <Answer>c</Answer>"
