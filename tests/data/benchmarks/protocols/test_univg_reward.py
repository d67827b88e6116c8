from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.benchmarks.protocols import LineError, Output, get_protocol, rule
from data.sample import Sample, Task
from data.space import Frame, Space
from data.trace import PlacedBox
from tests.data.benchmarks.protocols.examples import differences
from tests.data.benchmarks.replies import known_boxes, replies

SCORER = get_protocol("univg-reward")
COCO = "dataset/coco/train2014/COCO_train2014_000000000001.jpg"
BOX = "(100,100),(300,300)"
LINE = {"id": "1", "prediction": f"<think>a</think><answer>{BOX}</answer>", "target": {"answer": [100, 100, 300, 300]}, "mode": "cot"}
FRAMES = [Frame(Space.pixels(640, 480), Space.grid(1000))]
SAMPLE = Sample("smp_1", "any", "train", Task.BOX, ("img_1",), "Where?", boxes=(PlacedBox(64, 48, 192, 144, role="answer"),))
SAID = Output(BOX)


def test_every_example_has_its_published_scores() -> None:
    assert differences("univg-reward", "univg_reward") == []


def test_the_total_is_the_sum_of_both() -> None:
    ruling = rule(SCORER, LINE)
    assert ruling.scores == {"accuracy": 1.0, "format": 1.0, "total": 2.0}
    assert (ruling.verdict.correct, ruling.verdict.iou) == (True, 1.0)


def test_a_direct_reply_needs_no_tags() -> None:
    assert rule(SCORER, LINE | {"prediction": BOX}).scores["total"] == 0.0
    assert rule(SCORER, LINE | {"prediction": BOX, "mode": "single_direct"}).scores["total"] == 2.0


def test_the_mode_follows_from_the_first_image() -> None:
    line = {"id": "1", "prediction": BOX, "target": LINE["target"], "first_image": COCO}
    assert rule(SCORER, line).scores["total"] == 2.0
    assert rule(SCORER, line | {"single_img_with_cot": True}).scores["total"] == 0.0


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"mode": "direct"}, "mode should be cot or single_direct, not 'direct'"),
        ({"first_image": COCO}, "mode is cot, but first_image '.*' with single_img_with_cot False is read as single_direct"),
        ({"first_image": 3}, "first_image should be a text, not 3"),
        ({"target": {}}, "target.answer should be a list or a text, not absent beside nothing"),
        ({"prediction": None}, "prediction should be a text, not None"),
    ],
)
def test_a_line_that_is_none_is_named(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(LineError, match=said):
        SCORER.check(LINE | wrong)


def test_a_line_without_a_mode_is_named() -> None:
    with pytest.raises(LineError, match="mode is absent, and so is first_image"):
        SCORER.check({name: value for name, value in LINE.items() if name != "mode"})


def test_a_line_has_the_published_answer_and_path() -> None:
    sample = replace(SAMPLE, source_space="thousandth", meta={"answer": [1, 2, 3, 4], "images": [COCO]})
    made = SCORER.line(sample, SAID, FRAMES)
    assert made == {"id": "smp_1", "prediction": BOX, "target": {"answer": [1, 2, 3, 4]}, "first_image": COCO}
    assert rule(SCORER, made).scores["format"] == 1.0


def test_a_sample_of_any_other_source_is_asked_for_a_thought() -> None:
    made = SCORER.line(SAMPLE, SAID, FRAMES)
    assert made == {"id": "smp_1", "prediction": BOX, "target": {"answer": [100, 100, 300, 300]}, "mode": "cot"}


@settings(max_examples=100, deadline=None)
@given(text=replies, known=known_boxes, mode=st.sampled_from(["cot", "single_direct"]))
def test_no_text_makes_it_raise(text: str, known: Any, mode: str) -> None:
    line = {"id": "1", "prediction": text, "target": {"answer": known}, "mode": mode}
    SCORER.check(line)
    ruling = rule(SCORER, line)
    assert ruling.reason is None
    assert ruling.scores["format"] in (0.0, 1.0)
    assert isinstance(ruling.scores["accuracy"], float)
