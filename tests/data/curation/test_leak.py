"""Chains that give away that their writer was told the answer."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from data.trace import Answer, PlacedBox, PlacedPoint
from tests.data.curation.made import HALF, KNOWN, SAMPLE, Place, chain, passes

ELSEWHERE = PlacedBox(70, 70, 90, 90)
POINT = Answer(points=(PlacedPoint(40, 40),))
SIMPLE = dataclasses.replace(SAMPLE, boxes=(KNOWN,))


def is_free(*steps: tuple[Place, ...], settings: dict[str, Any] | None = None, text: str = "said", **more: Any) -> bool:
    trace = chain(*steps, answer=more.pop("answer", HALF))
    told: dict[str, Any] = {"method": "rationalize", "sample": SIMPLE}
    return passes(trace, "leak", settings, text=text, **(told | more))


@pytest.mark.parametrize(
    "text",
    [
        "The given answer is at the left.",
        "As given, it stands there.",
        "the location provided in the prompt",
        "This matches the ground truth.",
        "It is the known answer.",
        "I was told that it is red.",
        "We were given the box.",
        "According to the coordinates it is left.",
        "The annotation says so.",
        "the provided bounding box covers it",
        "Based on the\nreference answer",
        "<think>\nThe answer is at the left.\nA cup stands there.</think>",
    ],
)
def test_a_phrase_that_refers_to_having_been_told_is_a_leak(text: str) -> None:
    assert not is_free((ELSEWHERE,), text=text)
    assert is_free((ELSEWHERE,), text=text, settings={"phrases": False})


@pytest.mark.parametrize(
    "text",
    [
        "In the given image a dog stands at the left.",
        "Given that the cat is black, it is the left one.",
        "The question asks for the red one.",
        "The foreground truthfully shows two cups.",
        "According to the colour it is left.",
        "A playground is the right location.",
        "The woman was given a cup.",
        "This box is the largest one.",
        "I know the answer: the left one.",
        "The dog is of a known breed.",
        "From the coordinates the cup is left of the plate.",
        "The target box is the red one.",
        "<think>\nA cup stands at the left. So the answer is the left one.</think>",
    ],
)
def test_words_of_reasoning_are_none(text: str) -> None:
    assert is_free((ELSEWHERE,), text=text)


@pytest.mark.parametrize(
    ("first", "is_kept"),
    [
        (PlacedBox(10, 10, 30, 30), False),
        (PlacedBox(10, 10, 20, 20), True),
        (PlacedBox(10, 10, 30, 20), False),
        (PlacedPoint(20, 30), False),
        (PlacedPoint(20, 31), True),
        (PlacedPoint(20, 20, 1), True),
        (ELSEWHERE, True),
    ],
)
def test_the_answer_s_place_in_the_first_of_several_steps_is_a_leak(first: Place, is_kept: bool) -> None:
    answer = Answer(boxes=(PlacedBox(10, 10, 30, 30),))
    assert is_free((first,), (ELSEWHERE,), answer=answer) is is_kept
    assert is_free((first,), (ELSEWHERE,), answer=answer, settings={"places": False})


def test_the_answer_s_place_after_the_first_step_is_none() -> None:
    assert is_free((ELSEWHERE,), (PlacedBox(10, 10, 30, 30),))


def test_one_step_may_name_the_answer_unless_there_is_evidence_to_see_first() -> None:
    assert is_free((KNOWN,))
    assert not is_free((KNOWN,), sample=SAMPLE)


@pytest.mark.parametrize(("radius", "is_kept"), [(5.0, False), (4.9, True)])
def test_a_point_near_the_chain_s_own_answer_is_its_place(radius: float, is_kept: bool) -> None:
    sample = dataclasses.replace(SIMPLE, boxes=())
    assert is_free((PlacedPoint(45, 40),), (), answer=POINT, sample=sample, settings={"radius": radius}) is is_kept


def test_only_traces_of_teachers_that_are_told_can_leak() -> None:
    assert is_free((KNOWN,), (), text="the given answer", method="direct")
    assert not is_free((KNOWN,), (), text="the given answer", method="direct", settings={"methods": ["direct"]})
