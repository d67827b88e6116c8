from __future__ import annotations

import pytest

from data.dialects import Loss, get_dialect
from data.sample import Task
from data.space import Frame, Space
from data.trace import Answer, Mention, PlacedBox, PlacedPoint, Step, Trace, Zoom

PIXELS = Space.pixels(100, 50)
FRAMES = [Frame(PIXELS, PIXELS), Frame(Space.pixels(200, 100), Space.pixels(200, 100))]
THOUSANDTHS = [Frame(PIXELS, Space.grid(1000))]
POINTED = Trace((Step("The red circle is at the left.", (Mention(14, PlacedPoint(12, 34)),)),), Answer(points=(PlacedPoint(12, 34),)))
BOXED = Trace((Step("A cat lies here.", (Mention(5, PlacedBox(10, 5, 20, 25)),)),), Answer(boxes=(PlacedBox(10, 5, 20, 25),)))


def test_vigorl_writes_points_beside_words() -> None:
    text = "<think>\nThe red circle (12, 34) is at the left.\n</think>\n<answer>(12, 34)</answer>"
    assert get_dialect("vigorl").render(POINTED, FRAMES, Task.POINT) == text


def test_vigorl_writes_a_box_mention_as_its_centre() -> None:
    text = "<think>\nA cat (15, 15) lies here.\n</think>\n<answer>(10, 5, 20, 25)</answer>"
    assert get_dialect("vigorl").render(BOXED, FRAMES, Task.BOX) == text


def test_univg_writes_corners_in_thousandths() -> None:
    text = "<think>\nA cat (100,100),(200,500) lies here.\n</think>\n<answer>(100,100),(200,500)</answer>"
    assert get_dialect("univg").render(BOXED, THOUSANDTHS, Task.BOX) == text


def test_ivgr_writes_tagged_boxes() -> None:
    text = "<think>\nA cat <box>[10,5,20,25]</box> lies here.\n</think>\n<answer><box>[10,5,20,25]</box></answer>"
    assert get_dialect("ivgr").render(BOXED, FRAMES, Task.BOX) == text


def test_textual_writes_places_in_the_answer_alone() -> None:
    text = "<think>\nA cat lies here.\n</think>\n<answer>(10, 5, 20, 25)</answer>"
    assert get_dialect("textual").render(BOXED, FRAMES, Task.BOX) == text


def test_unit_space_has_three_decimals() -> None:
    text = get_dialect("vigorl").render(POINTED, [Frame(PIXELS, Space.unit())], Task.POINT)
    assert "<answer>(0.120, 0.680)</answer>" in text


@pytest.mark.parametrize("name", ["vigorl", "univg", "ivgr", "textual"])
def test_a_place_beyond_the_first_image_names_its_image(name: str) -> None:
    trace = Trace((Step("Look."),), Answer(boxes=(PlacedBox(1, 2, 3, 4, 1),)))
    text = get_dialect(name).render(trace, FRAMES, Task.BOX)
    assert "<answer>image 2: " in text
    assert get_dialect(name).parse(text, FRAMES, Task.BOX).trace == trace


def test_several_boxes_are_told_apart() -> None:
    trace = Trace((Step("Two."),), Answer(boxes=(PlacedBox(1, 2, 3, 4), PlacedBox(5, 6, 7, 8))))
    text = get_dialect("univg").render(trace, FRAMES, Task.BOXES)
    assert "<answer>(1,2),(3,4); (5,6),(7,8)</answer>" in text
    assert get_dialect("univg").parse(text, FRAMES, Task.BOXES).trace == trace


@pytest.mark.parametrize(
    ("answer", "task", "reason"),
    [
        ("at (1, 2)", Task.POINT, "one point"),
        ("(1, 2) or (3, 4)", Task.POINT, "one point"),
        ("(1, 2), (3, 4)", Task.POINT, "one point"),
        ("(1, 2, 3, 4)", Task.POINT, "one point"),
        ("(1, 2)", Task.BOX, "one box"),
        ("(1, 2, 3, 4); (1, 2, 3, 4)", Task.BOX, "one box"),
        ("image 3: (1, 2)", Task.POINT, "one point"),
        ("(1e3, 2)", Task.POINT, "one point"),
        ("(nan, 2)", Task.POINT, "one point"),
    ],
)
def test_an_ambiguous_answer_is_none(answer: str, task: Task, reason: str) -> None:
    parsed = get_dialect("vigorl").parse(f"<think>Hm.</think><answer>{answer}</answer>", FRAMES, task)
    assert parsed.trace is None
    assert reason in (parsed.error or "")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no answer block"),
        ("(1, 2)", "no answer block"),
        ("<think>a</think><answer>(1, 2)", "not closed"),
        ("<answer>(1, 2)</answer><answer>(3, 4", "not closed"),
    ],
)
def test_a_text_without_a_whole_answer_block_has_no_trace(text: str, reason: str) -> None:
    parsed = get_dialect("vigorl").parse(text, FRAMES, Task.POINT)
    assert parsed.trace is None
    assert reason in (parsed.error or "")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<answer>(3, 4)</answer>", "not 0 and 1"),
        ("<think>a</think><answer>(1, 2)</answer><answer>(3, 4)</answer>", "not 1 and 2"),
        ("Well. <think>a</think><answer>(3, 4)</answer>", "something other"),
        ("<think>a</think><answer>(3, 4)</answer> Done.", "something other"),
    ],
)
def test_the_last_answer_counts_where_the_form_is_broken(text: str, reason: str) -> None:
    parsed = get_dialect("vigorl").parse(text, FRAMES, Task.POINT)
    assert parsed.trace is not None
    assert parsed.trace.answer.points == (PlacedPoint(3, 4),)
    assert reason in (parsed.error or "")


def test_an_answer_off_the_image_is_read_and_flagged() -> None:
    parsed = get_dialect("vigorl").parse("<think>a</think><answer>(101, 4)</answer>", FRAMES, Task.POINT)
    assert parsed.trace is not None
    assert parsed.trace.answer.points == (PlacedPoint(101, 4),)
    assert parsed.error == "the answer lies outside image 1 of 100x50: (101, 4)"


def test_an_empty_answer_is_an_error() -> None:
    parsed = get_dialect("vigorl").parse("<think>a</think><answer> </answer>", FRAMES, Task.CHOICE)
    assert parsed.trace == Trace((Step("a"),), Answer())
    assert parsed.error == "the answer is empty"


@pytest.mark.parametrize("place", ["(1, 2)", "[12, 34, 56, 78]", "<box>[1,2,3,4]</box>", "x=12", "34, 56"])
def test_a_place_in_a_textual_thought_is_an_error(place: str) -> None:
    parsed = get_dialect("textual").parse(f"<think>A cup.\nSeen: {place}.</think><answer>left</answer>", FRAMES, Task.CHOICE)
    assert parsed.trace is not None
    assert parsed.error is not None
    assert parsed.error.startswith("a thought holds a place, ")


def test_numbers_on_two_lines_of_a_textual_thought_are_no_place() -> None:
    parsed = get_dialect("textual").parse("<think>There are 12,\n34 of them red.</think><answer>left</answer>", FRAMES, Task.CHOICE)
    assert parsed.error is None


def test_the_textual_form_drops_places_that_are_numbers_in_the_words_and_says_so() -> None:
    trace = Trace((Step("The cup [1, 2, 3, 4] is red"), Step("(5, 6)")), Answer(text="left"))
    textual = get_dialect("textual")
    assert textual.losses(trace, Task.CHOICE) == (Loss.NUMBERS,)
    assert textual.project(trace, FRAMES, Task.CHOICE).steps == (Step("The cup is red"),)


def test_white_space_within_places_is_no_fault() -> None:
    parsed = get_dialect("univg").parse("<think>a</think><answer>( 1 , 2 ) , ( 3,4 )</answer>", FRAMES, Task.BOX)
    assert parsed.error is None
    assert parsed.trace is not None
    assert parsed.trace.answer.boxes == (PlacedBox(1, 2, 3, 4),)


def test_losses_are_named() -> None:
    trace = Trace((Step("a", (Mention(1, PlacedPoint(1, 2, 0, "cat")),), (Zoom(PlacedPoint(1, 2)),)),), Answer(text="left"))
    assert get_dialect("univg").losses(trace, Task.BOX) == (Loss.POINT_MENTIONS, Loss.ZOOMS, Loss.LABELS, Loss.ANSWER, Loss.ANSWER_REST)
    assert get_dialect("vigorl").losses(BOXED, Task.BOX) == (Loss.BOX_CENTRES,)
    assert get_dialect("vigorl").losses(BOXED, Task.POINT) == (Loss.BOX_CENTRES, Loss.ANSWER_CENTRE)
    assert get_dialect("ivgr").losses(BOXED, Task.BOX) == ()


def test_an_unknown_dialect_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="there are ivgr, textual, univg, vigorl, vigorl_zoom"):
        get_dialect("latin")


@pytest.mark.parametrize("tag", ["<box>[io3,39,74,80]</box>", "<box>[63]</box>", "</box>", "<box>[1,2,3,4]"])
def test_a_tag_around_no_box_is_an_error_of_ivgr(tag: str) -> None:
    text = f"<think>\nThe circle <box>[1,2,3,4]</box> and {tag}\n</think>\n<answer>left</answer>"
    parsed = get_dialect("ivgr").parse(text, FRAMES, Task.CHOICE)
    assert parsed.trace is not None
    assert len(parsed.trace.mentions) == 1
    assert parsed.error is not None
    assert parsed.error.startswith("a thought has a tag around no box")
