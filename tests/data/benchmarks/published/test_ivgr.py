from pathlib import Path
from typing import Any

import pytest

from data.benchmarks.published import PUBLISHED
from data.sample import Role, Task
from data.sources.problem import Problem, Reason, Reject, SourceError
from tests.data.benchmarks.published.reading import draw, material, only, read, rejected, taken, write

ASKED = {
    "problem": "<image>\nWhat is on the table?",
    "query": "What is on the table?",
    "answer": "a cup",
    "images": ["images/1.png"],
    "target_instances": [{"bbox": [10, 20, 30, 40]}, {"bbox": [50, 5, 60, 15]}],
    "datasource": "treevgr",
    "question_type": "general_vqa",
}
BOXED = "<think>\nThe cup <box>[10,20,30,40]</box> is on the table.\n</think>\n<answer>a cup</answer>"
WORDS = "<think>\nThere is a cup on the table.\n</think>\n<answer>a cup</answer>"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    draw(tmp_path / "images" / "1.png")
    return tmp_path


def practised(folder: Path, *changes: dict[str, Any], **options: Any) -> list[Problem | Reject]:
    write(folder / "gvqa_and_mathdata.parquet", *(ASKED | change for change in changes))
    return read("ivgr_rl", folder, **({"split": "train"} | options))


def chained(folder: Path, text: str, **changes: Any) -> list[Problem | Reject]:
    turns = [{"from": "human", "value": "<image>\nWhat is on the table?"}, {"from": "gpt", "value": text}]
    row = {"images": ["images/1.png"], "conversations": turns, "system": "Be brief."} | changes
    return read("ivgr_sft", write(folder / "ivgr_sft.json", row), split="train")


def test_a_record_is_a_question_with_the_boxes_that_prove_it(folder: Path) -> None:
    problem = only(practised(folder, {}))
    assert (problem.task, problem.question, problem.answer, problem.category) == (Task.TEXT, "What is on the table?", "a cup", "treevgr")
    assert [(box.x1, box.y1, box.x2, box.y2, box.role) for box in problem.boxes] == [
        (10, 20, 30, 40, Role.EVIDENCE),
        (50, 5, 60, 15, Role.EVIDENCE),
    ]
    assert problem.meta["target_instances"] == ASKED["target_instances"]


def test_reasoning_has_no_boxes(folder: Path) -> None:
    assert only(practised(folder, {"datasource": "ours_mmk12", "target_instances": None})).boxes == ()


def test_a_source_that_is_not_trained_on_is_a_reject_unless_it_is_asked_for(folder: Path) -> None:
    first, reject = practised(folder, {}, {"datasource": "thyme"})
    assert isinstance(first, Problem)
    assert isinstance(reject, Reject)
    assert "datasource 'thyme' is none that iVGR trains on" in reject.detail
    assert only(practised(folder, {}, {"datasource": "thyme"}, subset="thyme")).category == "thyme"


def test_records_are_counted_by_source_and_limited_by_it(folder: Path) -> None:
    practised(folder, {}, {"query": "And this?"}, {"datasource": "ours_tqa"})
    files = material("ivgr_rl", folder, limit=1, split="train")
    assert len(taken(PUBLISHED["ivgr_rl"].read(files))) == 2
    assert dict(files.read) == {"treevgr": 1, "ours_tqa": 1}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"target_instances": [{"bbox": [10, 20, 300, 40]}]}, Reason.OUTSIDE_IMAGE),
        ({"target_instances": [{"bbox": [10, 20, 30]}]}, Reason.WRONG_TYPE),
        ({"target_instances": [{"label": "cup"}]}, Reason.MISSING_FIELD),
        ({"images": ["images/9.png"]}, Reason.MISSING_IMAGE),
        ({"images": []}, Reason.WRONG_TYPE),
        ({"answer": None}, Reason.MISSING_FIELD),
    ],
)
def test_a_record_that_cannot_be_taken_says_why(folder: Path, change: dict[str, Any], reason: Reason) -> None:
    assert rejected(practised(folder, change)).reason == reason


def test_a_file_that_is_not_there_is_named(folder: Path) -> None:
    with pytest.raises(SourceError, match=r"holds none of gvqa_and_mathdata\.parquet"):
        read("ivgr_rl", folder)


@pytest.mark.parametrize(("text", "dialect", "category"), [(BOXED, "ivgr", "grounded"), (WORDS, "textual", "textual")])
def test_a_chain_is_of_the_stream_it_is_written_for(folder: Path, text: str, dialect: str, category: str) -> None:
    problem = only(chained(folder, text))
    [chain] = problem.chains
    assert (problem.question, problem.answer, problem.category) == ("What is on the table?", "a cup", category)
    assert (chain.dialect, chain.parse_error, chain.text) == (dialect, None, text)
    assert chain.trace is not None
    assert len(chain.trace.mentions) == text.count("<box>")


@pytest.mark.parametrize(
    ("text", "change", "reason"),
    [
        ("<think>I cannot say.</think>", {}, Reason.BAD_CHAIN),
        (WORDS, {"images": ["images/9.png"]}, Reason.MISSING_IMAGE),
        (WORDS, {"images": ["images/1.png", "images/1.png"]}, Reason.WRONG_TYPE),
        (WORDS, {"conversations": None}, Reason.MISSING_FIELD),
    ],
)
def test_a_chain_that_cannot_be_taken_says_why(folder: Path, text: str, change: dict[str, Any], reason: Reason) -> None:
    assert rejected(chained(folder, text, **change)).reason == reason
