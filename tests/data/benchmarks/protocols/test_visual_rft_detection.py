from __future__ import annotations

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

DETECTION = get_protocol("visual-rft-detection")
SOLUTION = "<answer>[{'Position': [20, 20, 40, 60], 'Confidence': 1}]</answer>"
REPLY = "<think>a</think>\n<answer>[{'Position': [20, 20, 40, 60], 'Confidence': 0.75}]</answer>"
UNKNOWN = {"iou_symbolic": None, "confidence_symbolic": None}
FRAMES = [Frame(Space.pixels(200, 100), Space.resized(400, 200))]
SAMPLE = Sample("smp_1", "own", "test", Task.BOXES, ("img_1",), "Where?", boxes=(PlacedBox(10, 10, 20, 30, role="answer"),))


def line(text: str, solution: str = SOLUTION) -> dict[str, Any]:
    return {"id": "1", "prediction": text, "target": {"solution": solution}}


def test_every_example_has_its_published_scores_but_for_symbolic_ones() -> None:
    assert [found for found in differences("visual-rft-detection", "visual_rft_detection") if "_symbolic" not in found] == []


def test_form_overlap_and_confidence_are_scored_apart() -> None:
    ruling = judged("visual-rft-detection", line(REPLY))
    assert ruling.scores == {"format": 1.0, "iou": 1.0, "confidence": 0.75, **UNKNOWN}
    assert (ruling.verdict.correct, ruling.verdict.iou) == (True, 1.0)


def test_a_list_without_tags_has_no_form_and_counts() -> None:
    ruling = judged("visual-rft-detection", line("[{'Position': [20, 20, 40, 60], 'Confidence': 0.75}]"))
    assert ruling.scores == {"format": 0.0, "iou": 1.0, "confidence": 0.75, **UNKNOWN}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"prediction": None}, "prediction should be a text, not None"),
        ({"target": {"boxes": []}}, "target.solution should be a list or a text, not absent beside boxes"),
        ({"target": {"solution": []}}, "solution should be a text, not \\[\\]"),
    ],
)
def test_a_line_that_cannot_be_judged_says_what_it_lacks(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(LineError, match=said):
        DETECTION.check(line("a") | wrong)


@given(odd_replies, odd_replies)
@settings(max_examples=200, deadline=None)
def test_no_reply_is_beyond_it(text: str, solution: str) -> None:
    for known in (SOLUTION, f"<answer>{solution}</answer>"):
        ruling = judged("visual-rft-detection", line(text, known))
        assert (ruling.reason, set(ruling.scores)) == (None, set(DETECTION.blank))


def test_a_line_has_the_published_solution() -> None:
    assert DETECTION.line(replace(SAMPLE, meta={"solution": "x"}), Output("a"), FRAMES)["target"] == {"solution": "x"}


def test_a_sample_without_one_gives_its_boxes_in_the_models_space() -> None:
    made = DETECTION.line(SAMPLE, Output(REPLY), FRAMES)
    assert made == {"id": "smp_1", "prediction": REPLY, "target": {"solution": SOLUTION}}
    assert judged("visual-rft-detection", made).scores["iou"] == 1.0


def test_a_sample_without_boxes_is_named() -> None:
    with pytest.raises(LineError, match="smp_1 has no answer box"):
        DETECTION.line(replace(SAMPLE, boxes=()), Output("a"), FRAMES)
