from __future__ import annotations

import pytest

from data.dialects import Turn
from data.dialects.vigorl_zoom import VigorlZoom
from data.observing import observation
from data.sample import Task
from data.space import Frame, Space
from data.trace import Answer, Mention, PlacedPoint, Step, Trace, Zoom

FRAMES = [Frame(Space.pixels(100, 50), Space.grid(1000)), Frame(Space.pixels(10, 10), Space.pixels(10, 10))]
DIALECT = VigorlZoom()
TRACE = Trace(
    (
        Step("Something is small here.", (Mention(9, PlacedPoint(10, 5)),), (Zoom(PlacedPoint(10, 5)),)),
        Step("Now the other image.", (), (Zoom(PlacedPoint(3, 4, 1)),)),
        Step("It is red."),
    ),
    Answer("red"),
)


def test_each_zoom_ends_a_turn_and_is_observed() -> None:
    turns = DIALECT.render_turns(TRACE, FRAMES, Task.TEXT)
    assert [turn.role for turn in turns] == ["assistant", "user", "assistant", "user", "assistant"]
    assert turns[0].text.endswith(
        '</think>\n<tool_call>\n{"name": "search_coordinate", "arguments": {"coordinate": [100, 100]}}\n</tool_call>'
    )
    assert turns[1].zoom == Zoom(PlacedPoint(10, 5))
    assert '"image": 2' in turns[2].text
    assert turns[4].text == "<think>\nIt is red.\n</think>\n<answer>red</answer>"


def test_turns_are_read_back() -> None:
    turns = DIALECT.render_turns(TRACE, FRAMES, Task.TEXT)
    parsed = DIALECT.parse_turns(turns, FRAMES, Task.TEXT)
    assert parsed.error is None
    assert parsed.trace == TRACE


@pytest.mark.parametrize(
    "body",
    ["", "{", "[]", "null", '{"name": "crop"}', '{"name": "search_coordinate", "arguments": {"coordinate": [1]}}']
    + ['{"name": "search_coordinate", "arguments": {"coordinate": [true, 1]}}', "[" * 100_000]
    + [f'{{"name": "search_coordinate", "arguments": {{"coordinate": [{number}, 1]}}}}' for number in ("NaN", "1e999", "9" * 400)]
    + ['{"name": "search_coordinate", "arguments": {"coordinate": [1, 1], "image": 3}}'],
)
def test_a_bad_call_is_a_reason(body: str) -> None:
    turns = [Turn("assistant", f"<think>a</think><tool_call>{body}</tool_call>"), Turn("assistant", "<think>b</think><answer>c</answer>")]
    parsed = DIALECT.parse_turns(turns, FRAMES, Task.TEXT)
    assert (parsed.error or "").startswith("turn 1: the tool call")
    assert parsed.trace is not None
    assert parsed.trace.answer.text == "c"


def test_a_call_off_the_image_is_a_reason() -> None:
    call = '<think>a</think><tool_call>{"name": "search_coordinate", "arguments": {"coordinate": [1001, 1]}}</tool_call>'
    zoom, error = DIALECT.parse_call(call, FRAMES)
    assert zoom is not None
    assert error == "the tool call lies outside its image: (1001, 1) on image 1, where x runs from 0 to 1000 and y from 0 to 1000"


def test_a_turn_without_a_call_asks_for_nothing() -> None:
    assert DIALECT.parse_call("<think>a</think><answer>b</answer>", FRAMES) == (None, None)


def test_a_conversation_that_ends_in_a_call_has_no_answer() -> None:
    turns = DIALECT.render_turns(TRACE, FRAMES, Task.TEXT)[:2]
    assert DIALECT.parse_turns(turns, FRAMES, Task.TEXT).trace is None


def test_no_turns_have_no_answer() -> None:
    assert DIALECT.parse_turns([], FRAMES, Task.TEXT).error == "there is no turn of the assistant"


def test_the_last_look_says_that_it_is_the_last() -> None:
    turns = DIALECT.render_turns(TRACE, FRAMES, Task.TEXT, most_looks=2)
    assert [turn.text for turn in turns if turn.role == "user"] == [observation(), observation(is_last=True)]


def test_a_trace_with_more_looks_than_there_may_be_is_no_conversation() -> None:
    with pytest.raises(ValueError, match="2 looks has no conversation of at most 1"):
        DIALECT.render_turns(TRACE, FRAMES, Task.TEXT, most_looks=1)


def test_a_fault_quotes_no_special_token() -> None:
    _, error = DIALECT.parse_call("<think>a</think><tool_call>{<|image_pad|>}</tool_call>", FRAMES)
    assert error == "the tool call is not JSON: { image_pad }"
