from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from data.benchmarks.protocols import LineError, Output, get_protocol
from data.sample import Sample, Task
from data.space import Frame, Space
from data.trace import PlacedBox
from tests.data.benchmarks.protocols.examples import differences
from tests.data.benchmarks.protocols.odd import judged, odd_replies

IVGR = get_protocol("ivgr-grounded")
FRAMES = [Frame(Space.pixels(200, 100), Space.resized(300, 210))]
SAMPLE = Sample("smp_1", "own", "test", Task.TEXT, ("img_1",), "What?", boxes=(PlacedBox(10, 10, 21, 30, role="evidence"),))


def line(text: str, *boxes: Any) -> dict[str, Any]:
    return {"id": "1", "prediction": text, "target": {"instances": [{"bbox": box} for box in boxes]}}


def reply(*boxes: str) -> str:
    return f"<think> a {' '.join(f'<box>{box}</box>' for box in boxes)} </think>\n<answer> 3 / 4 </answer>\n"


def test_every_example_has_its_published_scores() -> None:
    assert differences("ivgr-grounded", "ivgr_grounded") == []


def test_a_perfect_reply_is_worth_three_without_its_accuracy() -> None:
    ruling = judged("ivgr-grounded", line(reply("[0,0,10,10]"), [0, 0, 10, 10]))
    numbers = {"format": 1.0, "valid": 1.0, "num_boxes": 1.0, "box": 1.0, "overall_without_accuracy": 3.0}
    assert ruling.scores == {**numbers, "answer": "3/4", "think": "a<box>[0,0,10,10]</box>"}
    assert (ruling.verdict.correct, ruling.verdict.iou) == (True, 1.0)


def test_a_repeat_takes_validity_and_count_and_leaves_overlap() -> None:
    scores = judged("ivgr-grounded", line(reply("[0,0,10,10]", "[0,0,10,10]"), [0, 0, 10, 10])).scores
    assert (scores["valid"], scores["num_boxes"], scores["box"]) == (0.0, 0.0, 1.0)


def test_unknown_boxes_are_not_scored_and_null_ones_are_by_their_presence() -> None:
    scores = judged("ivgr-grounded", line(reply("[0,0,10,10]"))).scores
    assert (scores["valid"], scores["num_boxes"], scores["box"]) == (0.0, 0.0, 0.0)
    scores = judged("ivgr-grounded", line(reply("[0,0,10,10]"), None)).scores
    assert (scores["valid"], scores["num_boxes"], scores["box"]) == (1.0, 1.0, 1.0)


def test_a_long_thought_is_put_as_its_digest() -> None:
    text = f"<think>{'a b ' * 1000}</think><answer>{'c' * 4000}</answer>"
    scores = judged("ivgr-grounded", line(text, None)).scores
    assert scores["think"] == "md5:" + hashlib.md5(("a b " * 1000).strip().encode(), usedforsecurity=False).hexdigest()
    assert scores["answer"] == "c" * 4000


def test_a_number_that_python_does_not_read_counts_only_where_boxes_are_known() -> None:
    text = reply(f"[1,2,3,{'9' * 4301}]")
    assert judged("ivgr-grounded", line(text)).reason is None
    ruling = judged("ivgr-grounded", line(text, None))
    assert (ruling.reason, ruling.scores) == ("ValueError", IVGR.blank)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"prediction": None}, "prediction should be a text, not None"),
        ({"target": {}}, "target.instances should be a list or a text, not absent"),
        ({"target": {"instances": [[1, 2, 3, 4]]}}, "each of target.instances should be an object with bbox, not \\[1, 2, 3, 4\\]"),
        ({"target": {"instances": [{"bbox": "1"}]}}, "bbox should be four numbers .* not '1'"),
        ({"target": {"instances": [{"bbox": [1, 2, 3, True]}]}}, "bbox should be four numbers"),
    ],
)
def test_a_line_that_cannot_be_judged_says_what_it_lacks(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(LineError, match=said):
        IVGR.check(line("a") | wrong)


@given(odd_replies)
@settings(max_examples=200, deadline=None)
def test_no_reply_is_beyond_it(text: str) -> None:
    assert set(judged("ivgr-grounded", line(text, [0, 0, 10, 10], [0.5, 0, 300, 1000])).scores) == set(IVGR.blank)


def test_a_line_has_the_evidence_in_whole_numbers_of_the_models_space() -> None:
    made = IVGR.line(SAMPLE, Output(reply("[15,21,32,63]")), FRAMES)
    assert made["target"] == {"instances": [{"bbox": [15, 21, 32, 63]}]}
    assert judged("ivgr-grounded", made).scores["box"] == 1.0


def test_a_space_without_whole_numbers_and_an_image_that_is_not_there_are_named() -> None:
    with pytest.raises(LineError, match="smp_1 is asked in unit 1x1; the protocol needs a space of whole numbers"):
        IVGR.line(SAMPLE, Output("a"), [Frame(Space.pixels(200, 100), Space.unit())])
    with pytest.raises(LineError, match="smp_1 asks about image 0"):
        IVGR.line(replace(SAMPLE), Output("a"), [])
