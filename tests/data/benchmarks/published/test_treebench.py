from pathlib import Path
from typing import Any

import pytest

from data.benchmarks.benchmark import Asking
from data.benchmarks.protocols import get_protocol, rule
from data.benchmarks.protocols.scorer import Output
from data.benchmarks.registry import find_benchmark
from data.conversation import text_of
from data.sample import Role, Task
from data.sources.problem import Problem, Reason, Reject, SourceError
from data.trace import Answer
from data.viewing import ViewConfig
from tests.data.benchmarks.published.reading import only, picture, read, rejected, text_picture, write

ROW = {
    "index": "7",
    "image": text_picture(),
    "question": "What does the sign say?",
    "multi-choice options": "A. stop B. go",
    "A": "stop",
    "B": "go",
    "C": "None",
    "answer": "b",
    "category": "Perception/OCR",
    "target_instances": "[[10, 20, 30, 40], [50, 60, 70, 75]]",
}
ASKING = Asking("instructed", "ivgr")


def made(tmp_path: Path, **changes: Any) -> list[Problem | Reject]:
    return read("treebench", write(tmp_path / "TreeBench.tsv", ROW | changes))


def test_a_row_is_a_choice_with_the_boxes_that_prove_it(tmp_path: Path) -> None:
    problem = only(made(tmp_path))
    assert (problem.task, problem.choices, problem.answer, problem.category) == (Task.CHOICE, ("stop", "go"), "go", "Perception/OCR")
    assert [(box.x1, box.y1, box.x2, box.y2, box.role) for box in problem.boxes] == [
        (10, 20, 30, 40, Role.EVIDENCE),
        (50, 60, 70, 75, Role.EVIDENCE),
    ]
    assert (problem.meta["answer"], problem.meta["record"]) == ("B", 7)


def test_choices_may_be_in_the_text_alone_and_the_picture_in_bytes(tmp_path: Path) -> None:
    row: dict[str, Any] = {key: value for key, value in ROW.items() if key not in {"A", "B", "C"}}
    row |= {"multi-choice options": "A. stop\nB. go", "image": {"bytes": picture(), "path": None}, "index": 7}
    assert only(read("treebench", write(tmp_path / "data" / "train.parquet", row).parent)).choices == ("stop", "go")


def test_none_may_be_a_choice_and_shifts_no_letter(tmp_path: Path) -> None:
    problem = only(made(tmp_path, A="None", B="One", C="Two", D="nan"))
    assert (problem.choices, problem.answer) == (("None", "One", "Two"), "One")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"B": "", "C": "go"}, Reason.MISSING_FIELD),
        ({"target_instances": "[[10, 20, 300, 40]]"}, Reason.OUTSIDE_IMAGE),
        ({"target_instances": "[]"}, Reason.WRONG_TYPE),
        ({"target_instances": "[[1, 2"}, Reason.WRONG_TYPE),
        ({"target_instances": "__import__('os')"}, Reason.WRONG_TYPE),
        ({"answer": "C"}, Reason.ANSWER_NOT_A_CHOICE),
        ({"category": "OCR"}, Reason.WRONG_TYPE),
        ({"image": "no picture"}, Reason.UNREADABLE_IMAGE),
    ],
)
def test_a_row_that_cannot_be_taken_says_why(tmp_path: Path, change: dict[str, Any], reason: Reason) -> None:
    assert rejected(made(tmp_path, **change)).reason == reason


def test_the_question_is_asked_for_a_letter_which_both_ways_of_judging_take(tmp_path: Path) -> None:
    sample, view = only(made(tmp_path)).sample(), ViewConfig(space="pixel")
    benchmark, scorer, frames = find_benchmark("treebench", ["treebench"]), get_protocol("treebench"), [view.frame(100, 80)]
    asked = text_of(benchmark.prompt(sample, ASKING, frames))
    line = scorer.line(sample, Output("<think><box>[10,20,30,40]</box></think><answer>B</answer>"), frames)
    ruling = rule(scorer, line)
    assert "What does the sign say?\nA. stop\nB. go\n" in asked
    assert (ruling.scores["correct"], ruling.scores["iou"]) == (1, 0.5)
    assert benchmark.grade(sample, Answer("B"), frames).correct
    assert benchmark.grade(sample, Answer("go"), frames).correct


def test_how_it_is_asked_is_part_of_the_prompt_hash() -> None:
    assert find_benchmark("treebench").prompt_hash(ASKING) != find_benchmark("vstar_bench").prompt_hash(ASKING)


def test_a_table_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"holds none of TreeBench\.tsv"):
        read("treebench", tmp_path)
