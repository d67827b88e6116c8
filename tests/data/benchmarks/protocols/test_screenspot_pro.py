from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.benchmarks.protocols import LineError, Output, get_protocol
from data.sample import Sample, Task
from data.space import Frame, Space
from data.trace import PlacedBox
from tests.data.benchmarks.protocols.examples import differences
from tests.data.benchmarks.protocols.odd import judged, odd_replies

SCREENSPOT = get_protocol("screenspot-pro")
LINE = {"id": "1", "image_size": [2000, 1000], "resized_size": [1960, 980], "target": {"bbox": [200, 100, 400, 300], "gt_type": "positive"}}
NEGATIVE = LINE | {"target": {"bbox": [200, 100, 400, 300], "gt_type": "negative"}}
SAMPLE = Sample("smp_1", "own", "test", Task.POINT, ("img_1",), "Where?", boxes=(PlacedBox(200, 100, 400, 300, role="answer"),))


def line(text: str, parser: str = "qwen2vl", base: dict[str, Any] = LINE) -> dict[str, Any]:
    return base | {"prediction": text, "parser": parser}


def test_every_example_has_its_published_scores() -> None:
    assert differences("screenspot-pro", "screenspot_pro") == []


@pytest.mark.parametrize(
    ("parser", "text", "point"),
    [("qwen2vl", "(150, 200)", [0.15, 0.2]), ("qwen2_5vl", "294, 196]}}", [0.15, 0.2]), ("point", "[0.15, 0.2]", [0.15, 0.2])],
)
def test_each_parser_finds_the_point(parser: str, text: str, point: list[float]) -> None:
    ruling = judged("screenspot-pro", line(text, parser))
    assert ruling.scores == {"correctness": "correct", "correct": 1, "point": pytest.approx(point)}
    assert (ruling.verdict.correct, ruling.verdict.iou) == (True, None)


@pytest.mark.parametrize(
    ("parser", "text", "said", "correctness"),
    [
        ("qwen2vl_negative", "Target does not exist.", "negative", "correct"),
        ("qwen2vl_negative", "(0, 0), target does not exist", "positive", "wrong"),
        ("qwen2vl_negative", "no", "wrong_format", "wrong_format"),
        ("qwen2vl", "Target does not exist.", "positive", "wrong"),
    ],
)
def test_a_target_that_is_not_there_should_be_denied(parser: str, text: str, said: str, correctness: str) -> None:
    scores = judged("screenspot-pro", line(text, parser, NEGATIVE)).scores
    assert (scores["result"], scores["correctness"], scores["correct"]) == (said, correctness, int(correctness == "correct"))


@pytest.mark.parametrize(
    ("parser", "text", "reason"),
    [
        ("qwen2vl", f"<|box_start|>(1,1),(2,{'9' * 400})<|box_end|>", "OverflowError"),
        ("qwen2vl", f"<|box_start|>(1,1),(2,{'9' * 5000})<|box_end|>", "ValueError"),
        ("qwen2_5vl", f"1, {'9' * 400}]}}}}", "OverflowError"),
        ("qwen2_5vl", "[" * 100_000, "RecursionError"),
        ("point", "0.5", "TypeError"),
        ("point", "[0.15]", "IndexError"),
        ("point", "{}", "KeyError"),
    ],
)
def test_what_the_published_code_does_not_catch_is_the_reason(parser: str, text: str, reason: str) -> None:
    ruling = judged("screenspot-pro", line(text, parser))
    assert (ruling.reason, ruling.scores) == (reason, {"correctness": None, "correct": 0, "point": None})


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"prediction": b"a"}, "prediction should be a text"),
        ({"parser": "gpt"}, "parser should be one of qwen2vl, qwen2vl_negative, qwen2_5vl, point, not 'gpt'"),
        ({"target": {"bbox": [1, 2, 3], "gt_type": "positive"}}, "target.bbox should be four numbers"),
        ({"target": {"bbox": [1, 2, 3, 4]}}, "target.gt_type should be positive, or negative for .*, not None for qwen2_5vl"),
        ({"target": NEGATIVE["target"]}, "not 'negative' for qwen2_5vl"),
        ({"image_size": [1]}, "image_size should be a width and a height"),
        ({"resized_size": None}, "resized_size should be a width and a height"),
    ],
)
def test_a_line_that_cannot_be_judged_says_what_it_lacks(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(LineError, match=said):
        SCREENSPOT.check(line("1, 2]}}", "qwen2_5vl") | wrong)


@given(odd_replies, st.sampled_from(["qwen2vl", "qwen2_5vl", "point"]))
@settings(max_examples=200, deadline=None)
def test_no_reply_is_beyond_it(text: str, parser: str) -> None:
    assert set(judged("screenspot-pro", line(text, parser)).scores) == set(SCREENSPOT.blank)


@given(odd_replies)
@settings(max_examples=100, deadline=None)
def test_no_denial_is_beyond_it(text: str) -> None:
    ruling = judged("screenspot-pro", line(text, "qwen2vl_negative", NEGATIVE))
    assert ruling.reason is not None or "result" in ruling.scores


@pytest.mark.parametrize(
    ("space", "text", "parser"),
    [
        (Space.grid(1000), "(150, 200)", "qwen2vl"),
        (Space.resized(1960, 980), "294, 196]}}", "qwen2_5vl"),
        (Space.resized(1960, 980), '<tool_call>\n{"name": "f", "arguments": {"coordinate": [294, 196]}}\n</tool_call>', "qwen2_5vl"),
        (Space.unit(), "[0.15, 0.2]", "point"),
    ],
)
def test_a_line_is_read_in_the_space_that_the_model_writes(space: Space, text: str, parser: str) -> None:
    made = SCREENSPOT.line(SAMPLE, Output(text), [Frame(Space.pixels(2000, 1000), space)])
    assert (made["parser"], made["target"]["bbox"], made["image_size"]) == (parser, [200, 100, 400, 300], [2000, 1000])
    assert judged("screenspot-pro", made).scores["correct"] == 1


def test_the_published_box_is_taken_as_it_stands() -> None:
    sample = replace(SAMPLE, meta={"bbox": [200.25, 100, 400, 300]})
    made = SCREENSPOT.line(sample, Output(""), [Frame(Space.pixels(2000, 1000), Space.grid(1000))])
    assert made["target"] == {"bbox": [200.25, 100, 400, 300], "gt_type": "positive"}


def test_another_grid_is_named() -> None:
    with pytest.raises(LineError, match="smp_1 is asked in grid 100x100; the protocol reads thousandths, pixels or shares"):
        SCREENSPOT.line(SAMPLE, Output(""), [Frame(Space.pixels(2000, 1000), Space.grid(100))])
