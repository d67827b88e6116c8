from typing import Any

import pytest

from data.sample import Task
from data.space import Frame, Space
from data.trace import PlacedBox, PlacedPoint, Trace
from tasks.behaviour.replies import read_replies

FRAMES = [Frame(Space.pixels(100, 100), Space.pixels(100, 100))]
EMPTY = {"text": None, "image_id": "img_1", "crop": None, "points": None, "call_error": None}
ASKED = EMPTY | {"role": "user", "text": "Which?"}
CROP = EMPTY | {"role": "user", "crop": [10.0, 10.0, 40.0, 40.0]}
FIRST = "<think>\nI look at the red one <box>[10,10,40,40]</box>.\n</think>\n<answer>left</answer>"
SECOND = "<think>\nWait, it is plain now.\n</think>\n<answer>right</answer>"
CALL = '<think>\nCloser.\n</think>\n<tool_call>\n{"name": "search_coordinate", "arguments": {"coordinate": [20, 30]}}\n</tool_call>'
POINTED = "<think>\nThe red one (20, 30).\n</think>\n<answer>left</answer>"
LOOK = EMPTY | {"role": "user", "text": "Here.", "crop": [0.0, 0.0, 40.0, 50.0], "points": [{"x": 20.0, "y": 30.0, "image_index": 0}]}
NO_LOOK = EMPTY | {"role": "user", "text": "There is none.", "call_error": "off the image"}


def said(text: str) -> dict[str, Any]:
    return EMPTY | {"role": "assistant", "text": text}


def read(dialects: list[str], *turns: dict[str, Any], text: str | None = SECOND) -> Trace | str:
    return read_replies({"turns": list(turns), "text": text}, dialects, FRAMES, Task.CHOICE)


@pytest.mark.parametrize("question", [[ASKED], [CROP, CROP | {"text": "Which?"}]])
def test_both_replies_are_one_chain_each_in_its_own_dialect_and_the_second_answers(question: list[dict[str, Any]]) -> None:
    found = read(["ivgr", "textual"], ASKED, said(FIRST), *question, said(SECOND))
    assert isinstance(found, Trace)
    assert [step.thought for step in found.steps] == ["I look at the red one.", "Wait, it is plain now."]
    assert [mention.place for mention in found.mentions] == [PlacedBox(10, 10, 40, 40)]
    assert found.answer.text == "right"


@pytest.mark.parametrize("look", [LOOK, NO_LOOK])
def test_looks_of_a_first_reply_begin_no_second_one(look: dict[str, Any]) -> None:
    found = read(["vigorl_zoom", "textual"], ASKED, said(CALL), look, said(POINTED), CROP, said(SECOND))
    assert isinstance(found, Trace)
    assert ([len(step.zooms) for step in found.steps], found.answer.text) == ([1, 0, 0], "right")


@pytest.mark.parametrize(
    ("turns", "expected"),
    [([ASKED, said("left"), ASKED, said(SECOND)], "reply 1 of 2: "), ([ASKED, said(FIRST), ASKED], "reply 2 of 2: ")],
)
def test_where_one_cannot_be_read_there_is_no_chain(turns: list[dict[str, Any]], expected: str) -> None:
    found = read(["ivgr", "textual"], *turns, text=None)
    assert isinstance(found, str)
    assert found.startswith(expected)


def test_turns_that_are_one_answer_are_one_reply_whatever_is_between() -> None:
    found = read(["vigorl_zoom"], ASKED, said(CALL), EMPTY | {"role": "user", "text": "Go on."}, said(POINTED))
    assert isinstance(found, Trace)
    assert [mention.place for mention in found.mentions] == [PlacedPoint(20, 30)]
