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

LISA = get_protocol("visual-rft-lisa")
SOLUTION = "<answer> (50,100),(100,300) </answer>"
REPLY = "<think>a</think><answer>(50, 100), (100, 200)</answer>"
FRAMES = [Frame(Space.pixels(200, 100), Space.resized(400, 200))]
SAMPLE = Sample("smp_1", "own", "test", Task.BOX, ("img_1",), "Where?", boxes=(PlacedBox(10, 10, 20, 30, role="answer"),))


def line(text: str, solution: str = SOLUTION) -> dict[str, Any]:
    return {"id": "1", "prediction": text, "target": {"solution": solution}}


def test_every_example_has_its_published_scores_but_for_symbolic_ones() -> None:
    assert [found for found in differences("visual-rft-lisa", "visual_rft_lisa") if "_symbolic" not in found] == []


def test_form_and_giou_are_scored_apart() -> None:
    ruling = judged("visual-rft-lisa", line(REPLY))
    assert ruling.scores == {"giou_plus_1": pytest.approx(1.5), "giou_plus_1_symbolic": None, "format": 1.0}
    assert ruling.verdict.iou is None
    assert judged("visual-rft-lisa", line(f"{REPLY}.")).scores["format"] == 0.0


def test_a_giou_of_a_half_is_right() -> None:
    assert judged("visual-rft-lisa", line(SOLUTION)).verdict.correct
    assert not judged("visual-rft-lisa", line("(0,0),(1,1)")).verdict.correct


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"prediction": 1}, "prediction should be a text, not 1"),
        ({"target": None}, "target should be an object with solution, not None"),
        ({"target": {"solution": [1, 2, 3, 4]}}, "solution should be a text, not \\[1, 2, 3, 4\\]"),
    ],
)
def test_a_line_that_cannot_be_judged_says_what_it_lacks(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(LineError, match=said):
        LISA.check(line("a") | wrong)


@given(odd_replies, odd_replies)
@settings(max_examples=200, deadline=None)
def test_no_reply_is_beyond_it(text: str, solution: str) -> None:
    for known in (SOLUTION, solution):
        ruling = judged("visual-rft-lisa", line(text, known))
        assert (ruling.reason, set(ruling.scores)) == (None, set(LISA.blank))


def test_a_line_has_the_published_solution_or_the_box_in_thousandths() -> None:
    assert LISA.line(replace(SAMPLE, meta={"solution": "x"}), Output("a"), FRAMES)["target"] == {"solution": "x"}
    made = LISA.line(SAMPLE, Output(SOLUTION), FRAMES)
    assert made == {"id": "smp_1", "prediction": SOLUTION, "target": {"solution": SOLUTION}}
    assert judged("visual-rft-lisa", made).scores["giou_plus_1"] == 2.0


def test_a_sample_without_a_box_is_named() -> None:
    with pytest.raises(LineError, match="smp_1 has no answer box"):
        LISA.line(replace(SAMPLE, boxes=()), Output("a"), FRAMES)
