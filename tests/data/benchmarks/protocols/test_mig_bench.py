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

UNIVG, MIGICIAN = get_protocol("mig-bench-univg"), get_protocol("mig-bench-migician")
FRAMES = [Frame(Space.pixels(640, 480), Space.grid(1000))]
SAMPLE = Sample("smp_1", "mig_bench", "test", Task.BOX, ("img_1",), "Where?", boxes=(PlacedBox(64, 48, 192, 144, role="answer"),))
SAID = Output("(100,100),(300,300)")


def line(text: str, answer: Any, task: str = "diff") -> dict[str, Any]:
    return {"id": "1", "prediction": text, "target": {"answer": answer, "task": task}}


@pytest.mark.parametrize(("protocol", "file"), [("mig-bench-univg", "mig_bench_univg"), ("mig-bench-migician", "mig_bench_migician")])
def test_every_example_has_its_published_scores(protocol: str, file: str) -> None:
    assert differences(protocol, file) == []


@pytest.mark.parametrize(
    ("text", "univg", "migician"),
    [
        ("<think>a</think><answer>(100,100),(300,300)</answer>", 1.0, 1.0),
        ("", 0.0, 0.0),
        ("<think>(0,0),(50,50)</think><answer>(100,100),(300,300)</answer>", 0.0, 0.0),
        ("<answer>(100,100),(300,300),(0,0),(50,50)</answer>", 1.0, 1.0),
        ("(300,300),(100,100)", 0.0, 0.0),
        ("(100,100),(1500,1500)", 0.02041, 0.02041),
        ("(-100,100),(300,300)", 0.0, 0.0),
        ("(100,100),(100,300)", 0.0, 0.0),
        ("(100,100),(101,300)", 0.005, 0.005),
        ("[0.1, 0.1, 0.3, 0.3]", 0.0, 1.0),
        ("(0.1,0.1),(0.3,0.3)", 0.0, 1.0),
        ("[100, 100, 300, 300]", 1.0, 1.0),
        ("( 100 , 100 ) , ( 300 , 300 )", 0.0, 0.0),
        ("<|box_start|>(100,100),(300,300)<|box_end|>", 1.0, 1.0),
    ],
)
def test_both_rules_have_their_published_overlap(text: str, univg: float, migician: float) -> None:
    assert rule(UNIVG, line(text, [100, 100, 300, 300])).scores["iou"] == pytest.approx(univg, abs=1e-5)
    assert rule(MIGICIAN, line(text, [0.1, 0.1, 0.3, 0.3])).scores["iou"] == pytest.approx(migician, abs=1e-5)


def test_half_an_overlap_is_right() -> None:
    ruling = rule(UNIVG, line("(100,100),(300,200)", [100, 100, 300, 300]))
    assert ruling.scores == {"box": [100, 100, 300, 200], "iou": 0.5, "acc@0.3": 1, "acc@0.5": 1, "acc@0.7": 0}
    assert (ruling.verdict.correct, ruling.verdict.iou) == (True, 0.5)


def test_of_several_boxes_migician_keeps_all_and_scores_the_first() -> None:
    scores = rule(MIGICIAN, line("(100,100),(300,300) (0,0),(50,50)", [0.1, 0.1, 0.3, 0.3])).scores
    assert scores["box"] == [[0.1, 0.1, 0.3, 0.3], [0.0, 0.0, 0.05, 0.05]]
    assert scores["acc@0.7"] == 1


def test_two_boxes_without_area_are_an_error_of_the_published_code() -> None:
    ruling = rule(UNIVG, line("(5,5),(5,5)", [5, 5, 5, 5]))
    assert ruling.reason == "ZeroDivisionError"
    assert ruling.scores == {"box": None, "iou": 0.0, "acc@0.3": 0, "acc@0.5": 0, "acc@0.7": 0}
    assert not ruling.verdict.correct


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"prediction": None}, "prediction should be a text, not None"),
        ({"target": [1, 2, 3, 4]}, "target should be an object with answer, not"),
        ({"target": {"task": "diff"}}, "target.answer should be a list or a text, not absent beside task"),
        ({"target": {"answer": 3}}, "target.answer should be a list or a text, not 3"),
    ],
)
def test_a_line_that_is_none_is_named(wrong: dict[str, Any], said: str) -> None:
    for scorer in (UNIVG, MIGICIAN):
        with pytest.raises(LineError, match=said):
            scorer.check(line("", [1, 2, 3, 4]) | wrong)


def test_a_line_has_the_published_numbers_in_the_scale_of_the_rule() -> None:
    published = replace(SAMPLE, source_space="unit", category="diff", meta={"answer": [0.573, 0.001, 0.999, 1]})
    target = UNIVG.line(published, SAID, FRAMES)["target"]
    assert (target, type(target["answer"][0])) == ({"answer": [573, 1, 999, 1000], "task": "diff"}, int)
    assert MIGICIAN.line(published, SAID, FRAMES)["target"]["answer"] == [0.573, 0.001, 0.999, 1]


def test_published_thousandths_are_shares_to_the_last_digit() -> None:
    revised = replace(SAMPLE, source_space="thousandth", meta={"answer": [573, 1, 999, 1000]})
    assert MIGICIAN.line(revised, SAID, FRAMES)["target"]["answer"] == [0.573, 0.001, 0.999, 1.0]
    assert UNIVG.line(revised, SAID, FRAMES)["target"]["answer"] == [573, 1, 999, 1000]


def test_a_sample_of_any_other_source_gives_its_answer_box() -> None:
    assert UNIVG.line(SAMPLE, SAID, FRAMES) == line(SAID.text, [100, 100, 300, 300], "box") | {"id": "smp_1"}
    assert MIGICIAN.line(SAMPLE, SAID, FRAMES)["target"]["answer"] == [0.1, 0.1, 0.3, 0.3]


def test_a_sample_without_a_box_makes_no_line() -> None:
    with pytest.raises(LineError, match="smp_1 has no answer box"):
        UNIVG.line(replace(SAMPLE, boxes=()), SAID, FRAMES)
    with pytest.raises(LineError, match="asks about image 0, counted from 0; there are 0"):
        UNIVG.line(SAMPLE, SAID, [])


@settings(max_examples=100, deadline=None)
@given(text=replies, known=known_boxes)
def test_no_text_makes_a_rule_raise(text: str, known: Any) -> None:
    for scorer in (UNIVG, MIGICIAN):
        scorer.check(line(text, known))
        ruling = rule(scorer, line(text, known))
        assert list(ruling.scores) == list(scorer.blank)
        assert ruling.scores["acc@0.5"] in (0, 1)
        assert ruling.reason in (None, "ZeroDivisionError", "OverflowError")
        assert isinstance(ruling.scores["iou"], float)
