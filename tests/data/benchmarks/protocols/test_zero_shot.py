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

SCORER = get_protocol("zero-shot-univg")
BOX = [100, 100, 300, 300]
LINE = {"id": "1", "dataset": "lisa", "prompt": "", "prediction": "", "image_size": [1000, 1000], "target": {"boxes": [BOX]}}
FRAMES = [Frame(Space.pixels(100 * number, 80), Space.grid(1000)) for number in (1, 2, 3)]
SAMPLE = Sample("smp_1", "any", "test", Task.BOX, ("img_1", "img_2", "img_3"), "Where?", boxes=(PlacedBox(1, 2, 3, 4, 1, role="answer"),))
SAID = Output("(1,1),(2,2)", prompt="Where?\n")


def test_every_example_has_its_published_scores() -> None:
    assert differences("zero-shot-univg", "zero_shot_univg") == []


def test_the_prompt_is_read_before_the_reply() -> None:
    right = LINE | {"prediction": "(100,100),(300,300)"}
    assert rule(SCORER, right).scores["acc@0.5"] == 1
    assert rule(SCORER, right | {"prompt": "not (0,0),(50,50)"}).scores == {"iou": 0.0, "acc@0.5": 0}
    assert rule(SCORER, {name: value for name, value in right.items() if name != "prompt"}).verdict.correct


def test_half_an_overlap_is_wrong_for_the_margin() -> None:
    ruling = rule(SCORER, LINE | {"prediction": "(100,100),(300,200)"})
    assert ruling.scores == {"iou": pytest.approx(0.4999875), "acc@0.5": 0}
    assert ruling.verdict.iou == ruling.scores["iou"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"dataset": "coco"}, "dataset should be one of lisa, llmseg, revos, reasonvos, not 'coco'"),
        ({"dataset": ["lisa"]}, "dataset should be one of"),
        ({"dataset": "revos"}, "target.bbox_list should be a list or a text, not absent beside boxes"),
        ({"image_size": [640]}, "image_size should be a width and a height in pixels, not"),
        ({"image_size": ["640", "480"]}, "image_size should be"),
        ({"prompt": None}, "prompt should be a text, not None"),
        ({"prediction": 1}, "prediction should be a text, not 1"),
    ],
)
def test_a_line_that_is_none_is_named(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(LineError, match=said):
        SCORER.check(LINE | wrong)


@pytest.mark.parametrize(
    ("dataset", "field", "value", "width"),
    [
        ("lisa", "boxes", [[1.5, 2, 3, 4], [5, 6, 7, 8]], 100),
        ("llmseg", "bbox", [[1, 2], [3, 4]], 100),
        ("revos", "bbox_list", [[1, 2, 3, 4]] * 3, 300),
        ("reasonvos", "bbox_list", ["[1, 2, 3, 4]"] * 3, 300),
    ],
)
def test_a_line_has_the_field_of_the_record_and_the_image_it_is_on(dataset: str, field: str, value: Any, width: int) -> None:
    made = SCORER.line(replace(SAMPLE, dataset=f"{dataset}_grounding", meta={field: value}), SAID, FRAMES)
    assert made == {
        "id": "smp_1",
        "dataset": dataset,
        "prompt": "Where?\n",
        "prediction": "(1,1),(2,2)",
        "image_size": [width, 80],
        "target": {field: value},
    }
    SCORER.check(made)


def test_a_sample_of_any_other_source_is_read_as_one_of_lisa() -> None:
    made = SCORER.line(replace(SAMPLE, meta={"bbox": [9, 9, 9, 9]}), SAID, FRAMES)
    assert (made["dataset"], made["target"], made["image_size"]) == ("lisa", {"boxes": [[1, 2, 3, 4]]}, [200, 80])


def test_a_sample_without_a_box_or_without_its_third_frame_makes_no_line() -> None:
    with pytest.raises(LineError, match="smp_1 has no answer box"):
        SCORER.line(replace(SAMPLE, boxes=()), SAID, FRAMES)
    with pytest.raises(LineError, match="smp_1 asks about image 2, counted from 0; there are 1"):
        SCORER.line(replace(SAMPLE, dataset="revos_grounding", meta={"bbox_list": [[1, 2, 3, 4]] * 3}), SAID, FRAMES[:1])


@settings(max_examples=100, deadline=None)
@given(
    text=replies,
    known=known_boxes,
    dataset=st.sampled_from([("lisa", "boxes"), ("llmseg", "bbox"), ("revos", "bbox_list"), ("reasonvos", "bbox_list")]),
)
def test_no_text_makes_it_raise(text: str, known: Any, dataset: tuple[str, str]) -> None:
    line = LINE | {"prediction": text, "dataset": dataset[0], "target": {dataset[1]: [known, known, known]}}
    SCORER.check(line)
    ruling = rule(SCORER, line)
    assert ruling.reason is None
    assert isinstance(ruling.scores["iou"], float)
    assert ruling.scores["acc@0.5"] in (0, 1)
