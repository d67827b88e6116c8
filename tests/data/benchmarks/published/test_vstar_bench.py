from pathlib import Path
from typing import Any

import pytest

from data.sample import Role, Task
from data.sources.problem import Problem, Reason, Reject, SourceError
from tests.data.benchmarks.published.reading import draw, only, read, rejected, write

ASKED = {
    "image": "direct_attributes/sa_4690.jpg",
    "text": "What is the colour of the cap?\n(A) red\n(B) blue\n(C) green\nAnswer with the option's letter directly.",
    "category": "direct_attributes",
    "label": "B",
    "question_id": 0,
}
NOTED = {
    "target_object": ["cap"],
    "bbox": [[10, 20, 5, 6]],
    "question": "What is the colour of the cap?",
    "options": ["blue", "red", "green"],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    draw(tmp_path / "direct_attributes" / "sa_4690.jpg")
    return tmp_path


def note(folder: Path, **changes: Any) -> None:
    path = folder / "direct_attributes" / "sa_4690.json"
    write(path, NOTED | changes)
    path.write_text(path.read_text()[1:-1])


def made(folder: Path, **changes: Any) -> list[Problem | Reject]:
    return read("vstar_bench", write(folder / "test_questions.jsonl", ASKED | changes))


def test_a_question_has_its_choices_in_the_order_asked_and_its_evidence(folder: Path) -> None:
    note(folder)
    problem = only(made(folder))
    [box] = problem.boxes
    assert (problem.task, problem.question, problem.choices) == (Task.CHOICE, "What is the colour of the cap?", ("red", "blue", "green"))
    assert (problem.answer, problem.category, problem.meta["label"]) == ("blue", "direct_attributes", "B")
    assert (box.x1, box.y1, box.x2, box.y2, box.label, box.role) == (10, 20, 15, 26, "cap", Role.EVIDENCE)


def test_without_the_json_beside_the_picture_there_is_no_evidence(folder: Path) -> None:
    assert only(made(folder)).boxes == ()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"bbox": [[10, 20, 95, 6]]}, Reason.OUTSIDE_IMAGE),
        ({"bbox": [[10, 20, 5]]}, Reason.WRONG_TYPE),
        ({"bbox": []}, Reason.WRONG_TYPE),
        ({"target_object": None}, Reason.MISSING_FIELD),
    ],
)
def test_a_wrong_note_is_a_reject(folder: Path, change: dict[str, Any], reason: Reason) -> None:
    note(folder, **change)
    assert rejected(made(folder)).reason == reason


def test_a_note_that_is_no_json_is_a_reject(folder: Path) -> None:
    (folder / "direct_attributes" / "sa_4690.json").write_text("{")
    assert rejected(made(folder)).reason == Reason.BAD_JSON


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"label": "D"}, Reason.ANSWER_NOT_A_CHOICE),
        ({"category": "OCR"}, Reason.WRONG_TYPE),
        ({"text": "What is it?"}, Reason.MISSING_FIELD),
        ({"image": "direct_attributes/none.jpg"}, Reason.MISSING_IMAGE),
    ],
)
def test_a_question_that_cannot_be_taken_says_why(folder: Path, change: dict[str, Any], reason: Reason) -> None:
    assert rejected(made(folder, **change)).reason == reason


def test_questions_that_are_not_there_are_named(folder: Path) -> None:
    with pytest.raises(SourceError, match=r"holds none of test_questions\.jsonl"):
        read("vstar_bench", folder)
