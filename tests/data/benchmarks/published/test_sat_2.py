from pathlib import Path
from typing import Any

import pytest

from data.benchmarks.published.sat_2 import mixed
from data.sample import Task
from data.sources.problem import Problem, Reason, Reject, SourceError
from tests.data.benchmarks.published.reading import only, picture, read, rejected, write

ROW = {
    "image_bytes": [picture(), picture(60, 60)],
    "question": "Did the camera turn left or right?",
    "answers": ["left", "right"],
    "question_type": "ego_movement",
    "correct_answer": "right",
}


def made(tmp_path: Path, *changes: dict[str, Any]) -> list[Problem | Reject]:
    return read("sat_2", write(tmp_path / "SAT_val.parquet", *(ROW | change for change in changes)))


def test_a_row_is_a_choice_about_its_images(tmp_path: Path) -> None:
    problem = only(made(tmp_path, {}))
    assert (problem.task, problem.answer, set(problem.choices)) == (Task.CHOICE, "right", {"left", "right"})
    assert [(image.width, image.height) for image in problem.images] == [(100, 80), (60, 60)]
    assert (problem.category, problem.meta["answers"]) == ("ego_movement", ["left", "right"])


def test_the_order_of_choices_does_not_tell_the_right_one() -> None:
    firsts = [mixed(f"question {number}", ["right one", "wrong one"])[0] for number in range(200)]
    assert 60 < firsts.count("right one") < 140
    assert mixed("why", ["a", "b", "c"]) == mixed("why", ["c", "a", "b"])


def test_a_right_answer_that_is_no_choice_is_a_reject_beside_a_good_row(tmp_path: Path) -> None:
    bad, good = made(tmp_path, {"correct_answer": "up"}, {})
    assert isinstance(bad, Reject)
    assert (bad.locator, bad.reason) == ("SAT_val.parquet:1", Reason.ANSWER_NOT_A_CHOICE)
    assert isinstance(good, Problem)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"image_bytes": [b"no picture"]}, Reason.UNREADABLE_IMAGE),
        ({"image_bytes": []}, Reason.WRONG_TYPE),
        ({"question": ""}, Reason.MISSING_FIELD),
    ],
)
def test_a_row_that_cannot_be_taken_says_why(tmp_path: Path, change: dict[str, Any], reason: Reason) -> None:
    first, _ = made(tmp_path, change, {})
    assert isinstance(first, Reject)
    assert first.reason == reason


def test_a_question_that_is_no_text_is_a_reject(tmp_path: Path) -> None:
    assert rejected(made(tmp_path, {"question": b"Which?"})).reason == Reason.WRONG_TYPE


def test_a_table_without_a_column_is_no_source(tmp_path: Path) -> None:
    write(tmp_path / "SAT_val.parquet", {"question": "Which?"})
    with pytest.raises(SourceError, match="has no column answers, correct_answer, image_bytes, question_type; it has question"):
        read("sat_2", tmp_path)


def test_the_same_question_asked_twice_counts_twice(tmp_path: Path) -> None:
    first, second = made(tmp_path, {}, {})
    assert isinstance(first, Problem)
    assert isinstance(second, Problem)
    assert first.occurrence != second.occurrence
    assert first.sample().sample_id != second.sample().sample_id
