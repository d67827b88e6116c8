from pathlib import Path
from typing import Any

import pytest

from data.sample import Task
from data.sources.config import IngestConfig
from data.sources.ingest import ingest
from data.sources.problem import Problem, Reason, Reject, SourceError
from data.store import Store
from tests.data.benchmarks.published.reading import draw, only, read, rejected, write

RL = {
    "web_grounding": {
        "problem": "<image>Description: check sports news",
        "answer": "(10, 20, 30, 40)",
        "images": ["web_grounding/images/1.png"],
    },
    "spatial_reasoning": {
        "problem": "<image>Question: Which way?\nAnswer Choices:\nA. left\nB. right\nAnswer with the text of the option.",
        "answer": "right",
        "images": ["spatial_reasoning/images/1.png"],
    },
    "visual_search": {
        "problem": "<image>What colour is it? (A) red (B) blue\nAnswer with the option's letter from the given choices directly.",
        "answer": "b",
        "images": ["visual_search/images/1.png"],
    },
    "web_action": {
        "problem": "OBJECTIVE: Buy it\n\nPREVIOUS ACTIONS: \nNone\n\nIMAGE:\n<image>",
        "answer": "click [3]",
        "images": ["web_action/images/1.png"],
    },
}
NAMES = {
    "web_grounding": "vigorl_osatlas_train_RL.jsonl",
    "spatial_reasoning": "vigorl_sat2_train_RL.jsonl",
    "visual_search": "vigorl_SA_RL.jsonl",
    "web_action": "vigorl_ical_train_RL.jsonl",
}
POINTED = "<think>\nThe headline (12, 34) is not it. Wait.\nThe menu (20, 30) is.\n</think>\n<answer> (20, 30) </answer>"
CALL = '<think> A sign (40, 50). </think>\n<tool_call>\n{"name": "search_coordinate", "arguments": {"coordinate": [40, 50]}}\n</tool_call>'
SEEN = "<observation>\nHere is the crop of the image centered on the coordinate:\n<image>\n</observation>"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for domain in RL:
        draw(tmp_path / domain / "images" / "1.png")
    return tmp_path


def practised(folder: Path, domain: str, **changes: Any) -> list[Problem | Reject]:
    write(folder / domain / NAMES[domain], RL[domain] | changes)
    return read("vigorl_rl", folder, subset=domain, split="train")


def chained(folder: Path, *turns: str, part: str = "web_grounding", name: str = "train", **changes: Any) -> list[Problem | Reject]:
    domain = part.removesuffix("_single")
    roles = ["system", *["user", "assistant"] * len(turns)]
    messages = [{"role": role, "content": text} for role, text in zip(roles, ["Be careful.", *turns], strict=False)]
    row = {"id": "0_0", "metadata": {}, "messages": messages, "images": [f"/home/someone/data/{domain}/images/1.png"]} | changes
    write(folder / domain / f"MCTS_72b_reasoning_chains_{name}.json", row)
    return read("vigorl_sft", folder, subset=part, split="train")


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("web_grounding", (Task.POINT, "Description: check sports news", None, ())),
        ("spatial_reasoning", (Task.CHOICE, "Which way?", "right", ("left", "right"))),
        ("visual_search", (Task.CHOICE, "What colour is it?", "blue", ("red", "blue"))),
        ("web_action", (Task.ACTION, "Buy it", "click [3]", ())),
    ],
)
def test_a_record_of_each_domain_is_what_its_reward_asks(folder: Path, domain: str, expected: tuple[Any, ...]) -> None:
    problem = only(practised(folder, domain))
    assert (problem.task, problem.question, problem.answer, problem.choices) == expected
    assert (problem.meta["answer"], problem.category) == (RL[domain]["answer"], domain)
    assert problem.images[0].width == 100


@pytest.mark.parametrize(
    ("domain", "change", "reason"),
    [
        ("web_grounding", {"answer": "(10, 20, 300, 40)"}, Reason.OUTSIDE_IMAGE),
        ("web_grounding", {"answer": "(10, 20)"}, Reason.WRONG_TYPE),
        ("web_grounding", {"answer": "click"}, Reason.WRONG_TYPE),
        ("spatial_reasoning", {"answer": "up"}, Reason.ANSWER_NOT_A_CHOICE),
        ("visual_search", {"answer": "C"}, Reason.ANSWER_NOT_A_CHOICE),
        ("web_action", {"answer": "look"}, Reason.WRONG_TYPE),
        ("web_grounding", {"images": ["web_grounding/images/9.png"]}, Reason.MISSING_IMAGE),
    ],
)
def test_a_record_that_cannot_be_taken_says_why(folder: Path, domain: str, change: dict[str, Any], reason: Reason) -> None:
    assert rejected(practised(folder, domain, **change)).reason == reason


def test_all_domains_are_read_one_after_another_and_a_missing_one_is_named(folder: Path) -> None:
    for domain in list(RL)[:3]:
        practised(folder, domain)
    with pytest.raises(SourceError, match=r"holds none of web_action/vigorl_ical_train_RL\.jsonl"):
        read("vigorl_rl", folder, split="train")
    practised(folder, "web_action")
    assert [item.category for item in read("vigorl_rl", folder, split="train") if isinstance(item, Problem)] == list(RL)


def test_a_file_by_itself_says_which_domain_it_is(folder: Path) -> None:
    practised(folder, "web_grounding")
    assert only(read("vigorl_rl", folder / "web_grounding" / NAMES["web_grounding"], split="train")).category == "web_grounding"


def test_visual_search_holds_nothing_out(folder: Path) -> None:
    with pytest.raises(SourceError, match="no part 'visual_search'; there are web_grounding, spatial_reasoning, web_action"):
        read("vigorl_rl", folder, subset="visual_search", split="validation")


def test_a_chain_comes_with_the_known_answer(folder: Path) -> None:
    problem = only(chained(folder, "<image>Description: the menu", POINTED, gt_answer="[10, 20, 30, 40]"))
    [chain] = problem.chains
    assert (problem.question, problem.task, [box.x1 for box in problem.boxes]) == ("Description: the menu", Task.POINT, [10])
    assert chain.trace is not None
    assert [(mention.place.x, mention.place.y) for mention in chain.trace.mentions] == [(12, 34), (20, 30)]  # type: ignore[union-attr]
    assert (chain.dialect, chain.teacher, chain.parse_error) == ("vigorl", "Qwen2.5-VL-72B-Instruct", None)


def test_a_chain_of_looks_is_on_the_whole_picture(folder: Path) -> None:
    turns = ["What? (A) red (B) blue", CALL, SEEN, "<think> It is blue. </think>\n<answer> blue </answer>"]
    problem = only(chained(folder, *turns, part="visual_search", name="train_MULTITURN"))
    [chain] = problem.chains
    assert (problem.answer, problem.choices, len(problem.images), chain.dialect) == ("blue", ("red", "blue"), 1, "vigorl_zoom")
    assert chain.trace is not None
    assert [(zoom.point.x, zoom.point.y) for step in chain.trace.steps for zoom in step.zooms] == [(40, 50)]


def test_a_question_that_cannot_be_taken_apart_is_taken_as_it_stands(folder: Path) -> None:
    problem = only(chained(folder, "Which way?", POINTED.replace(" (20, 30) ", "left"), part="spatial_reasoning", gt_answer="left"))
    assert (problem.task, problem.question, problem.answer) == (Task.TEXT, "Which way?", "left")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"gt_answer": "[10, 20, 300, 40]"}, Reason.OUTSIDE_IMAGE),
        ({"gt_answer": "here"}, Reason.WRONG_TYPE),
        ({"images": []}, Reason.WRONG_TYPE),
        ({"images": ["web_grounding/images/9.png"]}, Reason.MISSING_IMAGE),
        ({"messages": [{"role": "user", "content": "Where?"}]}, Reason.BAD_CHAIN),
    ],
)
def test_a_chain_that_cannot_be_taken_says_why(folder: Path, change: dict[str, Any], reason: Reason) -> None:
    assert rejected(chained(folder, "Where?", POINTED, **({"gt_answer": "[10, 20, 30, 40]"} | change))).reason == reason


def test_ingest_takes_a_problem_once_with_all_its_chains(folder: Path, tmp_path: Path) -> None:
    row = {"messages": [{"role": "user", "content": "Where?"}, {"role": "assistant", "content": POINTED}], "gt_answer": "[10, 20, 30, 40]"}
    other = row | {"messages": [row["messages"][0], {"role": "assistant", "content": POINTED.replace("Wait.", "No.")}]}
    rows = [one | {"images": ["web_grounding/images/1.png"]} for one in (row, other)]
    write(folder / "web_grounding" / "MCTS_72b_reasoning_chains_train.json", *rows)
    source = {"kind": "published", "name": "vigorl_sft", "path": folder, "subset": "web_grounding", "split": "train"}
    with Store.open(tmp_path / "store").draft(stage="ingest", stage_key="key", run_id="run") as draft:
        counts = ingest(IngestConfig.model_validate({"sources": [source]}), "run", draft)
    assert (counts.samples, counts.traces, dict(counts.rejects)) == (1, 2, {})
