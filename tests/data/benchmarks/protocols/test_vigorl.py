"""ViGoRL's protocols of a single reply."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.benchmarks.protocols import LineError, Output, get_protocol, rule
from data.sample import Sample, Task
from data.space import Frame, Space
from data.trace import PlacedBox
from tests.data.benchmarks.protocols.examples import differences
from tests.data.benchmarks.protocols.odd import odd_replies

POINT, CHOICE, ACTION = (get_protocol(f"vigorl-{name}") for name in ("point", "choice", "web-action"))
REPLY = "<think>(1, 2)</think><answer>{}</answer>".format
TARGET = {"box": "(10, 10, 20, 20)", "point": "(15, 15)"}
LINE = {"prediction": REPLY("(10, 20)"), "target": TARGET}
WORDS = [
    "click [1]",
    "type [1] [x]",
    "scroll [up]",
    "stop",
    "go_back",
    "A. left",
    "left",
    "(1, 2)",
    "[1, 2]",
    "(True, 0x1)",
    "'\\d'",
    "1if 1else 2",
]
literals = st.sampled_from([*TARGET.values(), "[0, 0, 9, 9]", "(0.0, 1, 2, 3)", "()", "1", "b'abcd'", "9" * 5000, "-" * 9000 + "1", "\x00"])
said = st.sampled_from(WORDS).map(REPLY) | literals.map(REPLY) | odd_replies


def sample(**fields: Any) -> Sample:
    return Sample("smp_1", "any", "test", fields.pop("task", Task.POINT), ("img_1",), "Where?", **fields)


def seen(width: float, height: float) -> list[Frame]:
    return [Frame(Space.pixels(400, 200), Space.resized(width, height))]


@pytest.mark.parametrize("name", ["point", "choice", "web-action"])
def test_every_example_has_its_published_scores(name: str) -> None:
    assert differences(f"vigorl-{name}", f"vigorl_{name.replace('-', '_')}") == []


def test_rewards_and_judge_stand_beside_one_another() -> None:
    POINT.check(LINE)
    ruling = rule(POINT, LINE | {"prediction": "<think>no place</think><answer>(10, 20)</answer>"})
    rewards = {"overall": 0.5, "format": 0.0, "accuracy": 1.0, "coordinate": 0.0, "format_vanilla": 1.0, "overall_vanilla": 1.0}
    assert ruling.scores == rewards | {"judge": 1.0, "judge_point_match_50px": 1.0}
    assert ruling.verdict.correct


def test_the_judge_reads_what_it_is_given() -> None:
    assert rule(POINT, LINE | {"judge_input": "(0, 0)"}).scores["judge"] == 0.0
    assert rule(POINT, LINE | {"judge_input": None}).scores["judge"] is None


def test_a_reply_that_is_never_judged_is_wrong_even_where_it_is_rewarded() -> None:
    ruling = rule(POINT, LINE | {"prediction": "(10, 20)"})
    assert (ruling.scores["accuracy"], ruling.scores["judge"], ruling.verdict.correct) == (1.0, None, False)


def test_a_target_without_a_point_has_nothing_to_be_near_to() -> None:
    line = LINE | {"target": {"box": TARGET["box"]}}
    POINT.check(line)
    assert rule(POINT, line).scores["judge_point_match_50px"] is None


def test_a_choice_in_upper_case_is_right_by_the_judge_alone() -> None:
    ruling = rule(CHOICE, {"prediction": REPLY("Left"), "target": {"answer": "Left"}})
    assert (ruling.scores["accuracy"], ruling.scores["judge"], ruling.verdict.correct) == (0.0, 1.0, True)


def test_an_action_is_right_by_its_accuracy() -> None:
    ruling = rule(ACTION, {"prediction": REPLY("type [1] [two words]"), "target": {"action": "type [1] [two words]"}})
    assert (ruling.scores["accuracy"], ruling.scores["judge"], ruling.verdict.correct) == (1.0, 0.0, True)


@pytest.mark.parametrize(
    ("prediction", "reason"),
    [
        (f"<think>({'1' * 4301}, 2)</think>", "ValueError"),
        (REPLY(f"(1{'0' * 400}, 2)"), "OverflowError"),
        (REPLY(f"1{'0' * 400}+1j"), "OverflowError"),
    ],
)
def test_what_published_code_raises_is_the_reason_and_scores_nothing(prediction: str, reason: str) -> None:
    ruling = rule(POINT, LINE | {"prediction": prediction})
    assert (ruling.reason, set(ruling.scores.values()), ruling.verdict.correct) == (reason, {0.0}, False)
    assert list(ruling.scores) == list(rule(POINT, LINE).scores)


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"prediction": 3}, "prediction should be a text, not 3"),
        ({"target": ["(1, 2)"]}, r"target should be an object with box, not \['\(1, 2\)'\]"),
        ({"target": {"point": "(1, 2)"}}, "target.box should be a text, and is absent beside point"),
        ({"target": {}}, "target.box should be a text, and is absent beside nothing"),
        ({"target": {"box": [1, 2, 3, 4]}}, r"target.box should be a text, not \[1, 2, 3, 4\]"),
        ({"target": TARGET | {"point": [1, 2]}}, r"target.point should be a text, not \[1, 2\]"),
        ({"judge_input": 3}, "judge_input should be text or null, not 3"),
    ],
)
def test_a_line_that_is_none_is_named(wrong: dict[str, Any], error: str) -> None:
    with pytest.raises(LineError, match=error):
        POINT.check(LINE | wrong)


def test_a_box_of_a_sample_is_cut_to_whole_pixels_of_what_the_model_saw() -> None:
    framed = sample(boxes=(PlacedBox(10.9, 20.0, 31.5, 40.2, role="answer"),))
    line = POINT.line(framed, Output("(1, 2)"), seen(400, 200))
    assert line == {"id": "smp_1", "prediction": "(1, 2)", "target": {"box": "(10, 20, 31, 40)", "point": "(20, 30)"}}
    assert POINT.line(framed, Output(""), seen(200, 100))["target"]["box"] == "(5, 10, 15, 20)"
    POINT.check(line)


def test_a_published_box_is_the_target_to_its_last_digit() -> None:
    framed = sample(boxes=(PlacedBox(0, 0, 9, 9, role="answer"),), meta={"answer": " [10, 20, 30, 41]"})
    assert POINT.line(framed, Output(""), seen(400, 200))["target"] == {"box": "(10, 20, 30, 41)", "point": "(20, 30)"}
    assert POINT.line(framed, Output(""), seen(800, 400))["target"]["box"] == "(20, 40, 60, 82)"


def test_a_choice_is_that_of_the_record_else_of_the_sample() -> None:
    line = CHOICE.line(sample(task=Task.CHOICE, answer="Left", meta={"answer": "left"}), Output("hm"), seen(1, 1))
    assert line == {"id": "smp_1", "prediction": "hm", "target": {"answer": "left"}}
    assert CHOICE.line(sample(task=Task.CHOICE, answer="Left"), Output("hm"), [])["target"] == {"answer": "Left"}


def test_an_action_is_that_of_the_sample() -> None:
    line = ACTION.line(sample(task=Task.ACTION, answer="click [12]"), Output("hm"), seen(1, 1))
    assert line["target"] == {"action": "click [12]"}


def test_a_sample_without_what_is_asked_for_is_named() -> None:
    with pytest.raises(LineError, match="smp_1 has no answer box"):
        POINT.line(sample(), Output(""), seen(1, 1))
    with pytest.raises(LineError, match="smp_1 has no answer in words"):
        CHOICE.line(sample(), Output(""), [])
    with pytest.raises(LineError, match="smp_1 is asked in unit 1x1"):
        POINT.line(sample(boxes=(PlacedBox(1, 2, 3, 4, role="answer"),)), Output(""), [Frame(Space.pixels(4, 4), Space.unit())])


@settings(max_examples=100, deadline=None)
@given(said, literals, literals | st.none(), st.sampled_from(WORDS) | st.text())
def test_no_text_makes_a_protocol_raise(text: str, box: str, point: str | None, known: str) -> None:
    lines = [(POINT, {"box": box, "point": point}), (CHOICE, {"answer": known}), (ACTION, {"action": known})]
    for scorer, target in lines:
        line = {"prediction": text, "target": target}
        scorer.check(line)
        assert list(rule(scorer, line).scores) == list(scorer.blank)
