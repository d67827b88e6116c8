from pathlib import Path
from typing import Any

import pytest

from data.benchmarks.protocols import get_protocol, rule
from data.benchmarks.protocols.scorer import Output
from data.benchmarks.published.web_steps import step_of, verb_of
from data.conversation import question_text
from data.sample import Task
from data.sources.problem import Problem, Reason, Reject, RowError, SourceError
from tests.data.benchmarks.published.reading import draw, only, read, rejected, write

TEXT = (
    "<image>OBJECTIVE: Leave a comment\non the listing.\n\nPREVIOUS ACTIONS: \n1. type [INPUT] [] [Questions]\n2. scroll [down]\n\nIMAGE:\n"
)
STEP = {"problem": TEXT, "answer": "click [12]", "images": ["web_action/images/1.png"]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    draw(tmp_path / "web_action" / "images" / "1.png")
    return tmp_path


def made(folder: Path, **changes: Any) -> list[Problem | Reject]:
    write(folder / "web_action" / "vigorl_ical_val_RL.jsonl", STEP | changes)
    return read("visualwebarena", folder)


def test_a_step_is_an_action_with_earlier_ones_as_context(folder: Path) -> None:
    problem = only(made(folder))
    assert (problem.task, problem.question, problem.answer) == (Task.ACTION, "Leave a comment\non the listing.", "click [12]")
    assert [turn["text"] for turn in problem.context] == ["type [INPUT] [] [Questions]", "scroll [down]"]
    assert (problem.category, problem.split, problem.dataset) == ("click", "test", "visualwebarena")


def test_the_earlier_actions_stand_before_the_question(folder: Path) -> None:
    asked = question_text(only(made(folder)).sample(), "terse", "vigorl", ())
    assert asked.startswith("earlier action: type [INPUT] [] [Questions]\nearlier action: scroll [down]\nLeave a comment")


def test_the_published_reward_takes_the_recorded_action(folder: Path) -> None:
    scorer = get_protocol("vigorl-web-action")
    line = scorer.line(only(made(folder)).sample(), Output("<think>The button (3, 4).</think><answer>click [12]</answer>"), [])
    assert rule(scorer, line).scores["accuracy"] == 1


def test_a_row_that_search_reads_is_a_step_too(folder: Path) -> None:
    turns = [{"from": "human", "value": TEXT}, {"from": "gpt", "value": "stop []"}]
    write(folder / "web_action" / "vigorl_ical_val_RL.jsonl", {"id": 3, "image": "web_action/images/1.png", "conversations": turns})
    problem = only(read("visualwebarena", folder))
    assert (problem.answer, problem.category, problem.meta["record"]) == ("stop []", "stop", 3)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"answer": "press the button"}, Reason.WRONG_TYPE),
        ({"answer": "click [it]"}, Reason.WRONG_TYPE),
        ({"answer": None}, Reason.MISSING_FIELD),
        ({"problem": "Do it."}, Reason.WRONG_TYPE),
        ({"images": ["web_action/images/2.png"]}, Reason.MISSING_IMAGE),
        ({"images": []}, Reason.WRONG_TYPE),
    ],
)
def test_a_step_that_cannot_be_taken_says_why(folder: Path, change: dict[str, Any], reason: Reason) -> None:
    assert rejected(made(folder, **change)).reason == reason


def test_a_first_step_has_no_context() -> None:
    assert step_of("OBJECTIVE: Buy it\nPREVIOUS ACTIONS:\nNone\nIMAGE:") == ("Buy it", [])


@pytest.mark.parametrize(
    "action", ["click [1]", "type [2] [a [b] c]", "type [2] [x] [1]", "scroll [up]", "go_back", "stop [$ 3]", "press [enter]"]
)
def test_actions_of_the_marked_pages_are_known(action: str) -> None:
    assert verb_of(action) == action.split(" ")[0]


@pytest.mark.parametrize("action", ["", "clicks [1]", "click 1", "scroll [left]", "go_back now", None, 3])
def test_other_actions_are_not(action: Any) -> None:
    with pytest.raises(RowError, match="an action is one of click"):
        verb_of(action)


def test_steps_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"holds none of web_action/vigorl_ical_val_RL\.jsonl"):
        read("visualwebarena", tmp_path)
