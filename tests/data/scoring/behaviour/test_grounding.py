from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.dialects import get_dialect
from data.sample import Sample, Task
from data.scoring.behaviour import StepGrounding, ground
from data.space import Frame, Space
from data.trace import Mention, PlacedBox, PlacedPoint, Step, Trace, Zoom

CIRCLE = PlacedBox(10, 10, 30, 30, label="red circle", role="answer")
SQUARE = PlacedBox(60, 60, 80, 80, label="blue square", role="evidence")
SAMPLE = Sample("smp_1", "scenes", "test", Task.POINT, ("img_1",), "Where is the circle left of the blue square?", boxes=(CIRCLE, SQUARE))
WORDS = st.sampled_from(["the red circle", "blue  square", "it", "red one", "at", ".", "? ", "\n", "é", "red circles", " "])
TEXTS = st.one_of(st.text(max_size=60), st.lists(WORDS, max_size=12).map(" ".join))
FRAMES = [Frame(Space.pixels(100, 100), Space.pixels(100, 100))]


def of(thought: str, sample: Sample = SAMPLE) -> tuple[int, int]:
    """How many places of a thought in ViGoRL's form are right, of how many known."""
    trace = get_dialect("vigorl").parse(f"<think>\n{thought}\n</think>\n<answer>(1, 1)</answer>", FRAMES, Task.POINT).trace
    assert trace is not None
    (step,) = ground(trace, sample)
    return step.right, step.known


@pytest.mark.parametrize(
    ("thought", "expected"),
    [
        ("The red circle is at (20, 20).", (1, 1)),
        ("The red circle is at (70, 70).", (0, 1)),
        ("The Red  Circles at (10, 30) count.", (1, 1)),
        ("The red circle (20, 20) is left of the blue square (70, 70).", (2, 2)),
        ("The red circle (70, 70) is left of the blue square (20, 20).", (0, 2)),
        ("The blue square, left of which the red circle is, (20, 20).", (1, 1)),
        ("At (70, 70) there is the blue square.", (1, 1)),
        ("(20, 20) is the blue square.", (0, 1)),
        ("The red object is at (20, 20).", (1, 1)),
        ("The red one at (70, 70) is small.", (0, 1)),
        ("The red circle is small. It lies at (20, 20).", (1, 1)),
    ],
)
def test_a_place_is_held_against_what_the_words_beside_it_name(thought: str, expected: tuple[int, int]) -> None:
    assert of(thought) == expected


@pytest.mark.parametrize(
    "thought",
    [
        "The green cross is at (20, 20).",
        "The circle (20, 20) is left of the blue square.",
        "Something stands at (20, 20). The red circle is small.",
        "The infrared circle is at (20, 20).",
        "The red circle is there.",
    ],
)
def test_what_the_words_do_not_name_is_not_known(thought: str) -> None:
    assert of(thought) == (0, 0)


def test_a_word_that_two_labels_begin_with_names_none() -> None:
    cross = replace(SQUARE, label="red cross")
    assert of("The red object is at (20, 20).", replace(SAMPLE, boxes=(CIRCLE, cross))) == (0, 0)


def test_without_labels_the_evidence_says_what_may_be_pointed_at() -> None:
    bare = replace(SAMPLE, boxes=(replace(CIRCLE, label=None), replace(SQUARE, label=None)))
    assert of("Here (20, 20), there (70, 70), and nowhere (50, 50).", bare) == (2, 3)


def test_without_labels_and_evidence_nothing_is_known() -> None:
    assert of("Here (20, 20).", replace(SAMPLE, boxes=(replace(CIRCLE, label=None),))) == (0, 0)
    assert of("The red circle (20, 20).", replace(SAMPLE, boxes=())) == (0, 0)


def test_a_box_is_right_from_half_overlap_on() -> None:
    half, less = PlacedBox(10, 10, 30, 20), PlacedBox(10, 10, 30, 19)
    step = Step("The red circle and the red circle", (Mention(14, half), Mention(33, less)))
    assert ground(Trace((step,)), SAMPLE) == [StepGrounding(1, 2)]


def test_a_place_of_another_image_is_not_on_the_object() -> None:
    step = Step("The red circle", (Mention(14, PlacedPoint(20, 20, 1)),))
    assert ground(Trace((step,)), SAMPLE) == [StepGrounding(0, 1)]


def test_the_places_own_label_comes_first() -> None:
    step = Step("The blue square", (Mention(15, PlacedPoint(20, 20, label="red circle")),))
    assert ground(Trace((step,)), SAMPLE) == [StepGrounding(1, 1)]


def test_a_look_counts_where_its_step_did_not_name_the_place() -> None:
    steps = (
        Step("The red circle", (Mention(14, PlacedPoint(20, 20)),), (Zoom(PlacedPoint(20, 20)),)),
        Step("I look at the blue square", (), (Zoom(PlacedPoint(20, 20)),)),
    )
    assert ground(Trace(steps), SAMPLE) == [StepGrounding(1, 1), StepGrounding(0, 1)]


@settings(max_examples=150, deadline=None)
@given(TEXTS, st.lists(st.tuples(st.integers(-3, 60), st.floats(), st.floats()), max_size=6))
def test_no_thought_is_too_odd(thought: str, places: list[tuple[int, float, float]]) -> None:
    step = Step(thought, tuple(Mention(offset, PlacedPoint(x, y)) for offset, x, y in places))
    (found,) = ground(Trace((step,)), SAMPLE)
    assert 0 <= found.right <= found.known <= len(places)


def test_a_share_of_nothing_is_none() -> None:
    assert StepGrounding(0, 0).share is None
    assert StepGrounding(1, 4).share == 0.25
