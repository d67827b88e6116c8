import re

import pytest
from hypothesis import given, settings

from data.benchmarks.compat.univg_reward import accuracy, form, is_direct
from tests.data.benchmarks.replies import replies

PATTERN = re.compile(r"<think>.*?</think>\s*<answer>\((\d+),\s*(\d+)\),\s*\((\d+),\s*(\d+)\)</answer>$", re.DOTALL)
KNOWN = [100, 100, 300, 300]
BOX = "(100,100),(300,300)"
REPLY = f"<think>a</think><answer>{BOX}</answer>"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (REPLY, (1.0, 1.0)),
        ("", (0.0, 0.0)),
        (f"<think>(0,0),(50,50)</think><answer>{BOX}</answer>", (1.0, 1.0)),
        (f"<think>a</think><answer>{BOX},(0,0),(50,50)</answer>", (1.0, 0.0)),
        (f"<think>a</think><answer>(0,0),(9,9)</answer><answer>{BOX}</answer>", (0.0, 0.0)),
        ("<think>a</think><answer>(300,300),(100,100)</answer>", (0.0, 1.0)),
        ("<think>a</think><answer>(-100,100),(300,300)</answer>", (0.0, 0.0)),
        ("<think>a</think><answer>(100,100),(101,300)</answer>", (0.0, 1.0)),
        ("<think>a</think><answer>(100,100),(102,300)</answer>", (0.01, 1.0)),
        ("<think>a</think><answer>[100, 100, 300, 300]</answer>", (0.0, 0.0)),
        ("<think>a</think>\n<answer>(100, 100), (300, 300)</answer>\n", (1.0, 1.0)),
        (BOX, (0.0, 0.0)),
        (f"<answer>{BOX}</answer>", (1.0, 0.0)),
        (f"{REPLY} a", (1.0, 0.0)),
        (f"<think>a</think><answer> {BOX} </answer>", (1.0, 0.0)),
        (f"a<think><think>{REPLY}", (1.0, 1.0)),
        (f"</think><answer>{BOX}</answer>", (1.0, 0.0)),
        (f"<answer><answer>{BOX}", (0.0, 0.0)),
    ],
)
def test_accuracy_and_form_are_those_that_were_published(text: str, expected: tuple[float, float]) -> None:
    assert (accuracy(text, KNOWN, direct=False), form(text, direct=False)) == expected


@pytest.mark.parametrize(("text", "expected"), [(BOX, (1.0, 1.0)), (f"(0,0),(1,1){REPLY}", (0.0, 1.0)), ("<answer></answer>", (0.0, 0.0))])
def test_a_direct_reply_is_read_whole(text: str, expected: tuple[float, float]) -> None:
    assert (accuracy(text, KNOWN, direct=True), form(text, direct=True)) == expected


@pytest.mark.parametrize("known", ["[100, 100, 300, 300]", "", [], [100, 100], [None] * 4, [100, 100, 100, 100, 100]])
def test_a_known_box_that_is_none_is_met_by_nothing(known: object) -> None:
    assert accuracy("<answer>(100,100),(100,100)</answer>", known, direct=False) == 0.0


@pytest.mark.parametrize("digits", [400, 4301])
def test_numbers_that_are_too_long_are_worth_nothing_but_keep_the_form(digits: int) -> None:
    text = f"<think></think><answer>(1,1),(9,{'9' * digits})</answer>"
    assert (accuracy(text, [1.0, 1.0, 9.0, 9.0], direct=False), form(text, direct=False)) == (0.0, 1.0)


def test_only_a_single_image_of_coco_without_thoughts_is_direct() -> None:
    path = "dataset/coco/train2014/COCO_train2014_000000000001.jpg"
    assert is_direct(path, False)
    assert not is_direct(path, True)
    assert not is_direct("images/a.jpg", False)


@settings(max_examples=100, deadline=None)
@given(text=replies)
def test_the_form_is_a_pattern_searched_for(text: str) -> None:
    assert form(text, direct=False) == (PATTERN.search(text) is not None)


def test_many_openings_without_an_end_take_no_time() -> None:
    assert form("<think></think><answer>(1," * 20_000, direct=False) == 0.0
    assert accuracy("<answer>" * 50_000, KNOWN, direct=False) == 0.0
