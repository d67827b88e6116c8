import re

import pytest

from data.sample import Sample, Task
from data.space import Frame, Space
from data.trace import Answer, Mention, PlacedBox, PlacedPoint, Step, Trace
from models.teacher.textualize.rewriting import read_rewriting, strip_chain, tagged_lines, written_answer

FRAMES = [Frame(Space.pixels(200, 100), Space.grid(1000)), Frame(Space.pixels(200, 100), Space.grid(1000))]
SAMPLE = Sample("smp_a", "d", "train", Task.POINT, ("img_a", "img_b"), "Point at the cup.")
STEPS = (
    Step("The cup is at.", (Mention(13, PlacedPoint(20, 50)),)),
    Step("A plate is near.", (Mention(15, PlacedBox(10, 10, 20, 20, 1)),)),
    Step("Nothing else is seen.", (Mention(7, PlacedPoint(1, 1, 7)),)),
)
CHAIN = Trace(STEPS, Answer(points=(PlacedPoint(20, 50),)))


def reply(thought: str, answer: str = "(100, 500)") -> str:
    return f"<think>\n{thought}\n</think>\n<answer>{answer}</answer>"


def test_a_chain_is_shown_with_its_places_as_tags_in_the_space_of_the_teacher() -> None:
    assert tagged_lines(CHAIN, FRAMES) == [
        "The cup is at <point>[100,500]</point>.",
        "A plate is near image 2: <box>[50,100,100,200]</box>.",
        "Nothing else is seen.",
    ]


def test_the_answer_of_a_place_keeps_its_coordinates() -> None:
    assert written_answer(CHAIN, SAMPLE, FRAMES) == "(100, 500)"
    parsed = read_rewriting(reply("The cup is at the left."), CHAIN, SAMPLE, FRAMES)
    assert parsed.error is None
    assert parsed.trace == Trace((Step("The cup is at the left."),), CHAIN.answer)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (reply("The cup is at (100, 500)."), r"holds a place, \(100, 500\)"),
        (reply("The cup is at [100, 500]."), r"holds a place, \[100, 500\]"),
        (reply("The cup is at <point>[100,500]</point>."), "holds a place"),
        (reply("The cup has x=100."), "holds a place, x=100,"),
        (reply("The cup is at 100, 500."), "holds a place"),
        (reply("The cup is at the left.", "(100, 501)"), r"the answer should be '\(100, 500\)'"),
        (reply("The cup is at the left.", "left"), "the answer should be one point"),
        (reply(""), "there is no thought"),
        ("The cup is at the left.", "there is no answer block"),
    ],
)
def test_a_rewriting_with_a_coordinate_or_another_answer_is_none(text: str, error: str) -> None:
    parsed = read_rewriting(text, CHAIN, SAMPLE, FRAMES)
    assert parsed.trace is None
    assert parsed.error is not None
    assert re.search(error, parsed.error)


def test_a_text_answer_may_change_in_case_and_white_space_alone() -> None:
    sample = Sample("smp_a", "d", "train", Task.TEXT, ("img_a",), "Where?")
    chain = Trace(STEPS, Answer(text="to the left"))
    assert read_rewriting(reply("Here.", "To the  left"), chain, sample, FRAMES).error is None
    assert read_rewriting(reply("Here.", "left"), chain, sample, FRAMES).error == "the answer should be 'to the left' as in the chain"


def test_a_chain_is_stripped_of_its_places_and_of_nothing_else() -> None:
    parsed = strip_chain(CHAIN, SAMPLE, FRAMES)
    assert parsed.trace is not None
    assert [step.thought for step in parsed.trace.steps] == ["The cup is there.", "A plate is there.", "Nothing else is seen."]
    assert parsed.trace.answer == CHAIN.answer
