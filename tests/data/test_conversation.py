from __future__ import annotations

import dataclasses

import pytest

from data.conversation import conversation, prompt_messages, question_text
from data.dialects import DIALECTS
from data.prompts import UnknownPromptError, prompt
from data.sample import Sample, Task
from data.space import Frame, Space
from data.tables import arrow
from data.trace import Answer, PlacedPoint, Step, Trace, Zoom

PIXELS = Space.pixels(100, 50)
FRAMES = [Frame(PIXELS, PIXELS), Frame(PIXELS, Space.grid(1000))]
SAMPLE = Sample("smp_1", "set", "train", Task.CHOICE, ("img_1", "img_2"), "Is it red?", choices=("yes", "no"))
POINT = dataclasses.replace(SAMPLE, task=Task.POINT, question="Where is it?", choices=())


def test_images_stand_in_order_before_the_text() -> None:
    (message,) = prompt_messages(SAMPLE)
    assert message["role"] == "user"
    assert [block["type"] for block in message["content"]] == ["image", "image", "text"]
    assert all(set(block) == {"type", "text"} for block in message["content"])


def test_the_terse_prompt_is_the_question_and_its_choices() -> None:
    assert question_text(POINT, "terse", "vigorl", FRAMES) == "Where is it?"
    assert question_text(SAMPLE, "terse", "vigorl", FRAMES) == "Is it red? Choices: yes, no."


def test_the_marked_prompt_says_whether_to_think_with_places() -> None:
    assert question_text(POINT, "marked", "ivgr", FRAMES) == "Where is it? Think with places."
    assert question_text(SAMPLE, "marked", "textual", FRAMES) == "Is it red? Choices: yes, no. Think in words alone."


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("task", Task)
def test_every_dialect_has_instructions_for_every_task(dialect: str, task: Task) -> None:
    text = question_text(dataclasses.replace(POINT, task=task), "instructed", dialect, FRAMES)
    assert "<think>" in text
    assert "<answer>" in text
    assert "{{" not in text


def test_instructions_name_the_space_of_each_image() -> None:
    text = question_text(POINT, "instructed", "vigorl", FRAMES)
    assert "in image 1 from 0 to 100 and y from 0 to 50, in image 2 from 0 to 1000 and y from 0 to 1000" in text
    assert "image 2: (x, y)" in text


def test_textual_instructions_speak_of_coordinates_only_where_the_answer_has_them() -> None:
    assert "Coordinates are" not in question_text(SAMPLE, "instructed", "textual", FRAMES)
    assert "Coordinates are" in question_text(POINT, "instructed", "textual", FRAMES)


def test_earlier_turns_stand_before_the_question() -> None:
    sample = dataclasses.replace(POINT, context=({"role": "user", "text": "Hello"},))
    assert question_text(sample, "terse", "vigorl", FRAMES) == "user: Hello\nWhere is it?"


def test_braces_in_a_question_are_text() -> None:
    assert question_text(dataclasses.replace(POINT, question="{{ x }}"), "terse", "vigorl", FRAMES) == "{{ x }}"


def test_a_conversation_ends_in_the_students_turn() -> None:
    messages = conversation(SAMPLE, Trace((Step("Red."),), Answer("yes")), "terse", "vigorl", FRAMES)
    assert messages[:1] == prompt_messages(SAMPLE)
    assert messages[1] == {
        "role": "assistant",
        "content": [{"type": "text", "text": "<think>\nRed.\n</think>\n<answer>yes</answer>"}],
    }


def test_a_zoom_is_observed_in_a_turn_with_an_image() -> None:
    trace = Trace((Step("Small.", (), (Zoom(PlacedPoint(1, 2)),)),), Answer("yes"))
    messages = conversation(SAMPLE, trace, "terse", "vigorl_zoom", FRAMES)
    assert [message["role"] for message in messages] == ["user", "assistant", "user", "assistant"]
    assert [block["type"] for block in messages[2]["content"]] == ["image", "text"]


def test_messages_fit_their_table() -> None:
    messages = conversation(SAMPLE, Trace((), Answer("yes")), "terse", "vigorl", FRAMES)
    assert arrow("sft", [{"messages": messages}]).to_pylist()[0]["messages"] == messages


def test_a_prompt_has_a_hash_of_its_text() -> None:
    assert len(prompt("student/terse").prompt_hash) == 64
    assert prompt("student/terse").prompt_hash != prompt("student/instructed").prompt_hash


@pytest.mark.parametrize("name", ["student/loud", "../prompts/student/terse", ""])
def test_an_unknown_prompt_is_answered_with_the_known_ones(name: str) -> None:
    with pytest.raises(UnknownPromptError, match="student/instructed, student/marked, student/spelled, student/terse"):
        prompt(name)
