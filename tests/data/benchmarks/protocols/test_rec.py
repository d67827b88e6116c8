from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from data.benchmarks.protocols import LineError, Output, get_protocol, rule
from data.sample import Sample, Task
from data.space import Frame, Space
from data.trace import PlacedBox
from tests.data.benchmarks.protocols.examples import differences
from tests.data.benchmarks.replies import known_boxes, replies

SCORER = get_protocol("rec-vlmr1")
SIZES = {"image_size": [640, 480], "input_size": [644, 476]}
LINE = {"id": "1", "prediction": "", "target": {"solution": [100, 100, 300, 300]}, "image_size": [640, 480], "input_size": [640, 480]}
FRAMES = [Frame(Space.pixels(640, 480), Space.resized(644, 476)), Frame(Space.pixels(100, 80), Space.grid(1000))]
SAMPLE = Sample("smp_1", "refcoco", "test", Task.BOX, ("img_1",), "Where?", boxes=(PlacedBox(1.5, 2, 3, 4, 1, role="answer"),))


def said(box: str) -> str:
    return f'<think>a</think><answer>{{"bbox_2d": {box}}}</answer>'


def test_every_example_has_its_published_scores() -> None:
    assert differences("rec-vlmr1", "vlmr1_rec") == []


def test_half_an_overlap_is_wrong() -> None:
    ruling = rule(SCORER, LINE | {"prediction": said("[100, 100, 300, 200]")})
    assert ruling.scores == {"extracted": [100, 100, 300, 200], "box": [100.0, 100.0, 300.0, 200.0], "iou": 0.5, "correct": 0}
    assert (ruling.verdict.correct, ruling.verdict.iou) == (False, 0.5)


def test_a_box_is_taken_to_the_stored_image_and_kept_as_it_was_read() -> None:
    scores = rule(SCORER, LINE | SIZES | {"prediction": said("[161, 119, 322, 238]")}).scores
    assert (scores["extracted"], scores["box"]) == ([161, 119, 322, 238], [160.0, 120.0, 320.0, 240.0])


@pytest.mark.parametrize(
    ("text", "known", "reason"),
    [
        ("", [5, 5, 5, 5], "ZeroDivisionError"),
        ("", [1, 2, 3], "IndexError"),
        ("", "1234", "TypeError"),
        (said(f"[1, 2, 3, {'9' * 400}]"), [1, 2, 3, 4], "OverflowError"),
        (said(f"[1, 2, 3, {'9' * 4301}]"), [1, 2, 3, 4], "ValueError"),
    ],
)
def test_what_the_published_code_raises_is_the_reason(text: str, known: Any, reason: str) -> None:
    ruling = rule(SCORER, LINE | {"prediction": text, "target": {"solution": known}})
    assert ruling.reason == reason
    assert ruling.scores == {"extracted": None, "box": None, "iou": 0.0, "correct": 0}


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"input_size": None}, "input_size should be a width and a height in pixels, not None"),
        ({"image_size": [True, 480]}, "image_size should be a width and a height in pixels, not"),
        ({"target": {"answer": [1, 2, 3, 4]}}, "target.solution should be a list or a text, not absent beside answer"),
        ({"prediction": ["a"]}, "prediction should be a text, not"),
    ],
)
def test_a_line_that_is_none_is_named(wrong: dict[str, Any], named: str) -> None:
    with pytest.raises(LineError, match=named):
        SCORER.check(LINE | wrong)


def test_a_line_has_the_published_solution_and_what_the_model_saw() -> None:
    made = SCORER.line(replace(SAMPLE, meta={"solution": [1.25, 2, 3, 4]}), Output("a"), FRAMES)
    assert made == {"id": "smp_1", "prediction": "a", "target": {"solution": [1.25, 2, 3, 4]}} | SIZES


def test_a_sample_of_any_other_source_gives_its_answer_box_and_the_space_of_the_model() -> None:
    made = SCORER.line(SAMPLE, Output("a"), FRAMES)
    assert (made["target"], made["image_size"], made["input_size"]) == ({"solution": [1.5, 2, 3, 4]}, [100, 80], [1000, 1000])
    SCORER.check(made)


@settings(max_examples=100, deadline=None)
@given(text=replies, known=known_boxes)
def test_no_text_makes_it_raise(text: str, known: Any) -> None:
    line = LINE | {"prediction": text, "target": {"solution": known}}
    SCORER.check(line)
    ruling = rule(SCORER, line)
    assert list(ruling.scores) == list(SCORER.blank)
    assert ruling.scores["correct"] in (0, 1)
    assert ruling.reason in (None, "ZeroDivisionError", "IndexError", "TypeError", "OverflowError", "ValueError")
