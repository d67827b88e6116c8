"""ViGoRL's protocols of several turns."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.benchmarks.protocols import LineError, Output, get_protocol, rule
from data.benchmarks.protocols.vigorl_turns import joined
from data.sample import Sample, Task
from data.space import Frame, Space
from data.trace import PlacedBox
from tests.data.benchmarks.protocols.examples import differences, examples
from tests.data.benchmarks.protocols.odd import odd_replies

POINT, CHOICE = get_protocol("vigorl-multiturn-point"), get_protocol("vigorl-multiturn-choice")
CALL = '<think>there</think>\n<tool_call>\n{"name": "search_coordinate", "arguments": {"coordinate": [%d, %d]}}\n</tool_call>'
LOOK = {"role": "user", "content": "<observation>\nA crop.\n</observation>"}
LAST = {"role": "assistant", "content": "<think>so</think>\n<answer> (10, 20) </answer>"}
TURNS = [{"role": "assistant", "content": CALL % (1, 1)}, LOOK, {"role": "assistant", "content": CALL % (50, 50)}, LOOK, LAST]
TARGET = {"box": "(10, 10, 20, 20)"}
LINE = {"turns": TURNS, "joiner": "decoded", "target": TARGET}
FRAMES = [Frame(Space.pixels(400, 200), Space.pixels(400, 200))]
SAMPLE = Sample("smp_1", "any", "test", Task.POINT, ("img_1",), "Where?", answer="left", boxes=(PlacedBox(10, 10, 20, 20, role="answer"),))
BODIES = [
    "{}",
    '{"arguments": {"coordinate": [NaN, Infinity]}}',
    "{" + "[" * 3000 + "}",
    '{"arguments": {"coordinate": [1%s, 2]}}' % ("0" * 400),
]
bodies = st.sampled_from(BODIES) | st.text(max_size=5)
loops = st.lists(bodies.map("<think></think><tool_call>{}</tool_call><observation></observation>".format), max_size=3).map("".join)
answers = st.sampled_from(["(1, 2)", "left", "(" + "-" * 9000 + "1, 2)", "1" * 5000, "('\\d', 1)"]) | st.text(max_size=5)
replies = odd_replies | st.builds("{}<think></think><answer>{}</answer>".format, loops, answers)


@pytest.mark.parametrize("name", ["point", "choice"])
def test_every_example_has_its_published_scores(name: str) -> None:
    assert differences(f"vigorl-multiturn-{name}", f"vigorl_multiturn_{name}") == []


@pytest.mark.parametrize("name", ["point", "choice"])
def test_every_example_has_them_by_its_turns_alone_too(name: str) -> None:
    for row in examples(f"vigorl_multiturn_{name}"):
        line = {field: row[field] for field in ("turns", "joiner", "target")}
        assert joined(row["turns"], row["joiner"]) == row["prediction"]
        assert rule(get_protocol(f"vigorl-multiturn-{name}"), line).scores == pytest.approx(row["expected"], abs=1e-9)


def test_turns_are_joined_as_the_joiner_says() -> None:
    turns = [{"role": "assistant", "content": "a{}"}, {"role": "user", "content": "b"}, {"role": "assistant", "content": "c"}]
    assert joined(turns, "decoded") == "a{}\nuser\nb\nassistant\nc"
    assert joined(turns, "chatml") == "a{}<|im_end|>\n<|im_start|>user\nb<|im_end|>\n<|im_start|>assistant\nc<|im_end|>"
    assert [joined(turns, "newline"), joined(turns, "concat"), joined([], "decoded")] == ["a{}\nb\nc", "a{}bc", ""]


@pytest.mark.parametrize("joiner", ["decoded", "chatml", "newline", "concat"])
def test_looks_apart_from_one_another_earn_a_bonus(joiner: str) -> None:
    line = LINE | {"joiner": joiner}
    POINT.check(line)
    ruling = rule(POINT, line)
    assert ruling.scores == pytest.approx({"overall": 1.08, "format": 1.2, "accuracy": 1.0})
    assert ruling.verdict.correct


def test_a_prediction_counts_before_its_turns() -> None:
    assert rule(POINT, LINE | {"prediction": "(10, 20)"}).scores == {"overall": 0.6, "format": 0.0, "accuracy": 1.0}


def test_looks_too_far_apart_for_a_float_raise() -> None:
    far = [{"role": "assistant", "content": CALL % (10**400, 1)}, LOOK, *TURNS]
    ruling = rule(POINT, LINE | {"turns": far})
    assert (ruling.reason, ruling.scores) == ("OverflowError", {"overall": 0.0, "format": 0.0, "accuracy": 0.0})


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"turns": "hm"}, "turns should be a list of objects with role and content, not 'hm'"),
        ({"turns": ["hm"]}, "turn 0 should be an object with role and content in text, not 'hm'"),
        ({"turns": [LOOK, {"role": "user"}]}, "turn 1 should be an object with role and content in text"),
        ({"joiner": "tabs"}, "joiner should be one of decoded, chatml, newline, concat beside turns, not 'tabs'"),
        ({"joiner": None}, "joiner should be one of .* not None"),
        ({"turns": None}, "prediction should be a text, not absent beside turns, joiner, target"),
        ({"prediction": 3}, "prediction should be a text, not 3"),
        ({"target": {"box": None}}, "target.box should be a text, not None"),
    ],
)
def test_a_line_that_is_none_is_named(wrong: dict[str, Any], error: str) -> None:
    with pytest.raises(LineError, match=error):
        POINT.check(LINE | wrong)


def test_a_line_of_a_sample_has_the_turns_since_the_model_spoke() -> None:
    said = Output("all of it", ({"role": "user", "content": "Where?"}, *TURNS))
    assert POINT.line(SAMPLE, said, FRAMES) == {"id": "smp_1", **LINE}


def test_a_line_of_a_reply_without_turns_has_its_text() -> None:
    line = CHOICE.line(SAMPLE, Output("<answer>LEFT</answer>"), FRAMES)
    assert line == {"id": "smp_1", "prediction": "<answer>LEFT</answer>", "target": {"answer": "left"}}
    assert rule(CHOICE, line).verdict.correct


@settings(max_examples=100, deadline=None)
@given(replies, st.sampled_from([TARGET["box"], "", "-" * 9000 + "1", "1" * 5000]) | st.text(), st.sampled_from(["left", ""]) | st.text())
def test_no_text_makes_a_protocol_raise(text: str, box: str, known: str) -> None:
    for scorer, target in ((POINT, {"box": box}), (CHOICE, {"answer": known})):
        for line in (
            {"prediction": text, "target": target},
            {"turns": [{"role": "assistant", "content": text}], "joiner": "chatml", "target": target},
        ):
            scorer.check(line)
            assert list(rule(scorer, line).scores) == list(scorer.blank)
