from __future__ import annotations

import pytest

from data.sample import Task
from data.space import Frame, Space
from data.trace import Answer, Mention, PlacedPoint, Step, Zoom
from models.teacher.call import Reply, RequestStatus
from models.teacher.tree.said import Said, Status, read_reply

FRAMES = [Frame(Space.pixels(200, 100), Space.grid(1000))] * 2
CALL = '<tool_call>\n{"name": "search_coordinate", "arguments": {"coordinate": [500, 500]}}\n</tool_call>'


def read(text: str | None, task: Task = Task.POINT, *, must_answer: bool = False, may_look: bool = False) -> Said:
    reply = Reply("req_a", RequestStatus.OK if text else RequestStatus.DISCARDED, text)
    return read_reply(reply, FRAMES, task, must_answer=must_answer, may_look=may_look)


def test_a_thought_is_a_step_in_pixels_of_the_stored_image() -> None:
    said = read("<think>The cat (500, 500) sits\nthere.</think>")
    assert said.step == Step("The cat sits there.", (Mention(7, PlacedPoint(100, 50)),))
    assert (said.status, said.answer, said.request_id) == (Status.OK, None, "req_a")


def test_an_answer_ends_the_chain() -> None:
    said = read("<answer>(250, 500)</answer>")
    assert (said.status, said.step, said.answer) == (Status.OK, None, Answer(points=(PlacedPoint(50, 50),)))


def test_a_reply_with_a_thought_and_an_answer_keeps_both() -> None:
    said = read("<think>The cat (500, 500).</think>\n<answer>left</answer>", Task.CHOICE)
    assert (said.status, said.answer) == (Status.OK, Answer("left"))
    assert said.step is not None
    assert [mention.place for mention in said.step.mentions] == [PlacedPoint(100, 50)]


@pytest.mark.parametrize("text", [None, "I cannot tell.", "<think>\n</think>", "<think>cut o", "<answer></answer>"])
def test_a_reply_with_neither_is_unreadable(text: str | None) -> None:
    assert read(text).status is Status.UNREADABLE


def test_an_answer_of_another_form_than_the_tasks_is_unreadable() -> None:
    assert read("<think>The cat (5, 5).</think><answer>left</answer>", Task.POINT).status is Status.UNREADABLE


def test_a_thought_is_no_reply_where_the_answer_is_wanted() -> None:
    said = read("<think>The cat (500, 500).</think>", must_answer=True)
    assert (said.status, said.step is None) == (Status.UNREADABLE, False)


@pytest.mark.parametrize("text", ["<think>The cat (1001, 5).</think>", "<answer>(500, -1)</answer>", "<think>Box (1, 1, 5, 1200).</think>"])
def test_a_place_off_its_image_is_outside(text: str) -> None:
    assert read(text).status is Status.OUTSIDE


def test_a_thought_may_be_about_another_image() -> None:
    said = read("<think>The dog image 2: (10, 10).</think>")
    assert [place.image_index for place in said.places] == [1]


def test_a_tool_call_is_a_look_where_looks_are_allowed() -> None:
    text = f"<think>The cat (500, 500).</think>\n{CALL}"
    allowed, other = read(text, may_look=True).step, read(text).step
    assert allowed is not None
    assert other is not None
    assert (allowed.zooms, other.zooms) == ((Zoom(PlacedPoint(100, 50)),), ())


@pytest.mark.parametrize(("number", "status"), [("[500, 5000]", Status.OUTSIDE), ('"there"', Status.UNREADABLE)])
def test_a_look_that_cannot_be_shown_is_none(number: str, status: Status) -> None:
    text = f"<think>The cat (500, 500).</think>\n{CALL.replace('[500, 500]', number)}"
    assert read(text, may_look=True).status is status


@pytest.mark.parametrize(("status", "known"), [(RequestStatus.FAILED, "req_a"), (RequestStatus.UNASKED, None)])
def test_a_call_without_a_reply_has_failed_and_names_its_request_if_there_was_one(status: RequestStatus, known: str | None) -> None:
    said = read_reply(Reply("req_a", status, None), FRAMES, Task.POINT, must_answer=False, may_look=False)
    assert (said.status, said.request_id) == (Status.FAILED, known)
