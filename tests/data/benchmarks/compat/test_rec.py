import re

import pytest
from hypothesis import given, settings

from data.benchmarks.compat.rec import BOX, box, iou, resized
from tests.data.benchmarks.replies import replies

NOWHERE = [0, 0, 0, 0]
BRACED = re.compile(rf"\{{.*{BOX.pattern}.*\}}", re.DOTALL)


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ('{"bbox_2d": [1, 2, 3, 4]}', [1, 2, 3, 4]),
        ('```json\n[{"a": [1,2,3,4]},\n{"b": [5,6,7,8]}]```', [5, 6, 7, 8]),
        ("{[1,2,3,4]} [5,6,7,8]", [1, 2, 3, 4]),
        ("{ [1,2,3,4]\n[5,6,7,8] }", [5, 6, 7, 8]),
        ("{[[٣, ٤,\u00a05,6]]}", [3, 4, 5, 6]),
        ("[1, 2, 3, 4]", NOWHERE),
        ("}[1,2,3,4]{", NOWHERE),
        ("{[1,2,3,4 ]}", NOWHERE),
        ("{[ 1,2,3,4]}", NOWHERE),
        ("{[1,2,3,4,5]}", NOWHERE),
        ('{["1","2","3","4"]}', NOWHERE),
        ("{[1.0,2,3,4]}", NOWHERE),
        ("{[-1,2,3,4]}", NOWHERE),
    ],
)
def test_the_last_box_between_braces_is_the_one(inside: str, expected: list[int]) -> None:
    assert box(f"<think>{{[9,9,9,9]}}</think><answer>{inside}</answer><answer>{{[8,8,8,8]}}</answer>") == expected


@pytest.mark.parametrize("text", ["", "{[1,2,3,4]}", "<answer>{[1,2,3,4]}", "</answer>{[1,2,3,4]}<answer>"])
def test_without_an_answer_there_is_no_box(text: str) -> None:
    assert box(text) == NOWHERE


def test_a_number_that_python_does_not_read_is_an_error() -> None:
    with pytest.raises(ValueError, match="digits"):
        box(f"<answer>{{[1,2,3,{'9' * 4301}]}}</answer>")


@settings(max_examples=100, deadline=None)
@given(inside=replies)
def test_it_is_the_box_that_a_greedy_pattern_finds(inside: str) -> None:
    inside = inside.replace("answer", "").replace("9" * 4301, "9")
    found = BRACED.search(inside)
    assert box(f"<answer>{inside}</answer>") == ([int(digits) for digits in found.groups()] if found else NOWHERE)


def test_corners_are_taken_to_the_stored_image() -> None:
    assert resized([50, 20, 100, 40], [100, 80], [200, 40]) == [100.0, 10.0, 200.0, 20.0]


@pytest.mark.parametrize("digits", [310, 4300])
def test_a_corner_beyond_all_floats_is_an_error(digits: int) -> None:
    with pytest.raises(OverflowError):
        resized([0, 0, 1, 10**digits // 10], [1, 1], [1, 1])


def test_a_thin_overlap_counts_as_none() -> None:
    assert iou([100, 100, 101, 300], [100, 100, 300, 300]) == 0.0
    assert iou([100, 100, 102, 300], [100, 100, 300, 300]) == 0.01


def test_two_boxes_without_area_have_no_union() -> None:
    with pytest.raises(ZeroDivisionError):
        iou([0.0, 0.0, 0.0, 0.0], [5, 5, 5, 5])


def test_a_known_box_that_is_none_is_an_error() -> None:
    with pytest.raises(TypeError):
        iou([1.0, 2.0, 3.0, 4.0], "1234")
    with pytest.raises(IndexError):
        iou([1.0, 2.0, 3.0, 4.0], [1, 2])
