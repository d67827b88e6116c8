"""Published rewards: the compositions of the document give what the released code gives."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.benchmarks.protocols import get_protocol, rule
from data.sample import Task
from data.trace import Step, Trace
from models.teacher.judge.config import JudgeKind
from models.teacher.judge.judge import Judgement
from models.training.config import RewardConfig
from models.training.context import Reference
from models.training.rollout import Stream
from tests.data.benchmarks.replies import replies
from tests.models.rollouts import make_group, make_sample, parts_of, published, rewards_of, score

SPOT = make_sample(Task.POINT, boxes=[(10, 10, 20, 20)])
VIGORL, ZOOM, UNIVG = published("vigorl"), published("vigorl_zoom"), published("univg_r1")
ACTION = {"web_action": VIGORL["web_action"]}
ANSWERED = "<think>{}</think>\n<answer>{}</answer>"


@pytest.mark.parametrize(
    ("text", "overall", "form", "accuracy"),
    [
        (ANSWERED.format("at (1, 2)", "(10, 20)"), 1.0, 1, 1),
        (ANSWERED.format("here", "(10, 20)"), 0.5, 0, 1),
        (ANSWERED.format("at ( 1, 2)", "(10, 20)"), 0.5, 0, 1),
        (ANSWERED.format("at (-1, 2)", "(10, 20)"), 0.5, 0, 1),
        (ANSWERED.format("at (1, 2)", "(10.0, 20)"), 0.0, 0, 0),
        (ANSWERED.format("at (1, 2)", "(10, 20)") + "\n", 0.5, 0, 1),
        (ANSWERED.format("at (1, 2)", "[10, 20]"), 0.5, 0, 1),
        (ANSWERED.format("at (99999, 2)", "(10, 20)"), 1.0, 1, 1),
        ("<think>at (1, 2)</think> so <think>yes</think><answer>(10, 20)</answer>", 1.0, 1, 1),
        ("<think>so</think> so <think>at (1, 2)</think><answer>(10, 20)</answer>", 0.5, 0, 1),
    ],
)
def test_vigorl_scores_a_point_as_published(text: str, overall: float, form: float, accuracy: float) -> None:
    assert score(VIGORL, make_group(SPOT, text)) == (overall, {"format": form, "point_in_box": accuracy})


@pytest.mark.parametrize(("said", "known", "accuracy"), [("B. Right", "right", 1), ("Right", "Right", 0), ("a) yes", "yes", 1)])
def test_vigorl_scores_a_choice_as_published(said: str, known: str, accuracy: float) -> None:
    group = make_group(make_sample(Task.CHOICE, known, choices=(known, "none")), ANSWERED.format("at (1, 2)", said))
    assert score(VIGORL, group) == (0.5 + accuracy / 2, {"format": 1, "choice_match": accuracy})


@pytest.mark.parametrize(
    ("said", "known", "worth", "strict"),
    [
        ("click[13]", "click[12]", 0.5, 0.5),
        ("type[12][abc]", "type[12][xyz]", 1.0, 0.5),
        ("type[12]", "click[12]", 0.5, 0.0),
        ("stop[a]", "stop[b]", 1.0, 0.5),
        ("scroll [up]", "scroll [down]", 0.0, 0.5),
        ("hover[12]", "click[12]", 0.0, 0.0),
        ("Click [12]", "click[12]", 0.0, 1.0),
        ("do not stop, click [3]", "stop [a]", 1.0, 0.0),
    ],
)
def test_vigorl_scores_an_action_as_published(said: str, known: str, worth: float, strict: float) -> None:
    group = make_group(make_sample(Task.ACTION, known), ANSWERED.format("at (1, 2)", said))
    assert score(ACTION, group)[1] == {"web_action": worth}
    assert score(rewards_of({"web_action": 1}), group)[1] == {"web_action": strict}


@settings(max_examples=200, deadline=None)
@given(text=replies)
def test_rewards_of_one_turn_are_those_of_the_protocols(text: str) -> None:
    right = make_sample(Task.CHOICE, "right", choices=("right", "left"))
    click = make_sample(Task.ACTION, "click [12]")
    for sample, protocol, target in (
        (SPOT, "vigorl-point", {"box": "(10, 10, 20, 20)"}),
        (right, "vigorl-choice", {"answer": "right"}),
        (click, "vigorl-web-action", {"answer": "click [12]"}),
    ):
        ruling = rule(get_protocol(protocol), {"prediction": text, "target": target})
        assert ruling.reason is not None or score(VIGORL, make_group(sample, text))[0] == ruling.scores["overall"]


def look(x: object, y: object, name: str = "search_coordinate") -> str:
    call = json.dumps({"name": name, "arguments": {"coordinate": [x, y]}})
    return f"<think>so</think>\n<tool_call>\n{call}\n</tool_call>\n<observation>\nA crop.\n</observation>\n"


def replied(answer: str) -> str:
    return f"<think>so</think>\n<answer> {answer} </answer>"


FOUR = "".join(look(x, 0) for x in (0, 50, 100, 150))
SILENT = "<think>so</think>\n<tool_call>\nsearch (1, 2)\n</tool_call>\n<observation>\nA crop.\n</observation>\n"


@pytest.mark.parametrize(
    ("text", "overall", "form", "accuracy"),
    [
        (replied("red"), 1.0, 1, 1),
        (look(1, 2) + replied("red"), 1.0, 1, 1),
        (look(0, 0) + look(6, 8) + replied("red"), 1.08, 1.2, 1),
        (look(0, 0) + look(4, 0) + replied("red"), 1.0, 1, 1),
        (FOUR + replied("blue"), 0.64, 1.6, 0),
        (FOUR + replied("red"), 1.24, 1.6, 1),
        (look(1, 2).split("<observation>")[0] + replied("red"), 0.6, 0, 1),
        (look(1.5, 2) + replied("red"), 0.6, 0, 1),
        (SILENT + replied("red"), 1.0, 1, 1),
        (replied("A. red"), 0.4, 1, 0),
        (look(999999, -3, "zoom") + replied("red"), 1.0, 1, 1),
    ],
)
def test_vigorl_scores_several_turns_as_published(text: str, overall: float, form: float, accuracy: float) -> None:
    reward, parts = score(ZOOM, make_group(make_sample(Task.TEXT, "red"), text, dialect="vigorl_zoom"))
    assert reward == pytest.approx(overall, abs=1e-12)
    assert parts["text_match"] == accuracy
    looks, bonus = parts["distinct_looks"], parts["format"]
    assert looks is not None
    assert bonus is not None
    assert bonus * (1 + 0.2 * looks) == pytest.approx(form, abs=1e-12)


RIGHT = "(100,100),(300,300)"
BOX = make_sample(Task.BOX, boxes=[(100, 100, 300, 300)])


@pytest.mark.parametrize(
    ("text", "accuracy", "form"),
    [
        (f"<think>so</think><answer>{RIGHT}</answer>", 1, 1),
        ("", 0, 0),
        (f"<think>at (0,0),(50,50)</think><answer>{RIGHT}</answer>", 1, 1),
        (f"<think>so</think><answer>{RIGHT};(0,0),(50,50)</answer>", 1, 0),
        (f"<think>so</think><answer>none</answer><answer>{RIGHT}</answer>", 0, 0),
        ("<think>so</think><answer>(300,300),(100,100)</answer>", 0, 1),
        ("<think>so</think><answer>(300,100),(100,300)</answer>", 0, 1),
        ("<think>so</think><answer>(100,100),(1500,1500)</answer>", 40000 / 1960000, 1),
        ("<think>so</think><answer>(-100,100),(300,300)</answer>", 0, 0),
        ("<think>so</think><answer>(100,100),(100,100)</answer>", 0, 1),
        ("<think>so</think><answer>(100,100),(101,300)</answer>", 0, 1),
        ("<think>so</think><answer>(100,100),(102,300)</answer>", 0.01, 1),
        ("<think>so</think><answer>[0.1, 0.1, 0.3, 0.3]</answer>", 0, 0),
        ("<think>so</think><answer>(0.1,0.1),(0.3,0.3)</answer>", 0, 0),
        ("<think>so</think><answer>[100, 100, 300, 300]</answer>", 0, 0),
        ("<think>so</think><answer>( 100 , 100 ) , ( 300 , 300 )</answer>", 0, 0),
        ("<think>so</think><answer>(100, 100), (300, 300)</answer>", 1, 1),
        (RIGHT, 0, 0),
        (f"<|box_start|>{RIGHT}<|box_end|>", 0, 0),
        (f"<answer>{RIGHT}</answer>", 1, 0),
        (f"<think>so</think><answer>{RIGHT}</answer> so", 1, 0),
        (f"<think>so</think><answer> {RIGHT} </answer>", 1, 0),
    ],
)
def test_univg_r1_scores_a_box_as_published(text: str, accuracy: float, form: float) -> None:
    reward, parts = score(UNIVG, make_group(BOX, text, dialect="univg"))
    assert parts == {"soft_iou": accuracy, "format": form}
    assert reward == accuracy + form


def test_a_box_without_area_is_worth_nothing_beside_itself() -> None:
    flat = make_sample(Task.BOX, boxes=[(100, 100, 100, 100)])
    assert score(UNIVG, make_group(flat, "<think>so</think><answer>(100,100),(100,100)</answer>", dialect="univg"))[1]["soft_iou"] == 0


def test_the_published_quirk_can_be_had_with_the_strict_reading() -> None:
    narrow = "<think>so</think><answer>(100,100),(101,300)</answer>"
    for options, expected in (({}, 0.005), ({"legacy_gt1": True}, 0.0)):
        rewards = rewards_of({"soft_iou": {"weight": 1, "options": options}})
        assert score(rewards, make_group(BOX, narrow, dialect="univg"))[0] == pytest.approx(expected)


def grounded(*boxes: str, answer: str = "red") -> str:
    named = " ".join(f"it <box>{box}</box>" for box in boxes)
    return f"<think>{named}</think><answer>{answer}</answer>"


def in_ivgr(text: str, *known: tuple[float, float, float, float]) -> tuple[float | None, dict[str, float | None]]:
    sample = make_sample(Task.TEXT, "red", boxes=known)
    reward, parts = score(published("ivgr grounded"), make_group(sample, text, dialect="ivgr", stream=Stream.GROUNDED))
    return reward, dict(parts)


def test_ivgr_scores_boxes_as_published() -> None:
    known = (100, 100, 200, 200)
    assert in_ivgr(grounded("[95,105,195,195]"), known)[1]["dual_iou"] == 8550 / 10450
    assert in_ivgr(grounded("[100,100,200,200]", "[300,300,400,400]"), known)[1]["dual_iou"] == 0.75
    assert in_ivgr(grounded("[100,100,200,200]"), known, (300, 300, 400, 400))[1]["dual_iou"] == 0.75
    assert in_ivgr(grounded(), known)[1] == {"format": 1, "outcome": 1, "box_validity": 0, "dual_iou": 0}


@settings(max_examples=200, deadline=None)
@given(text=replies)
def test_rewards_of_boxes_are_those_of_the_protocol(text: str) -> None:
    known = (100, 100, 200, 200)
    ruling = rule(get_protocol("ivgr-grounded"), {"prediction": text, "target": {"instances": [{"bbox": list(known)}]}})
    parts = in_ivgr(text, known)[1]
    expected = [ruling.scores[name] for name in ("format", "valid", "box")]
    assert ruling.reason is not None or [parts[name] for name in ("format", "box_validity", "dual_iou")] == pytest.approx(expected)


def test_boxes_are_not_read_where_none_is_known_as_published() -> None:
    text = grounded("[100,100,200,200]")
    ruling = rule(get_protocol("ivgr-grounded"), {"prediction": text, "target": {"instances": []}})
    assert (ruling.scores["valid"], ruling.scores["box"]) == (0, 0)
    assert in_ivgr(text) == (2.0, {"format": 1, "outcome": 1, "box_validity": 0})


def test_ivgr_gives_a_perfect_grounded_rollout_four() -> None:
    assert in_ivgr(grounded("[100,100,200,200]"), (100, 100, 200, 200))[0] == 4.0


def test_ivgr_gives_a_perfect_textual_rollout_three_and_a_single_one_two_and_a_half() -> None:
    sample = make_sample(Task.TEXT, "red", boxes=[(100, 100, 200, 200)])
    textual = make_group(sample, grounded("").replace("<box></box>", "is red"), dialect="textual", stream=Stream.TEXTUAL)
    context = {
        "reference": Reference("rol_best", 1, 1.0, Trace((Step("It is red."),))),
        "words": {("rol_0", JudgeKind.CONSISTENCY): Judgement(1.0)},
    }
    assert score(published("ivgr textual"), textual, **context)[0] == 3.0
    assert score(published("ivgr single"), make_group(sample, grounded(), dialect="ivgr"))[0] == 2.5


def test_repeated_boxes_of_the_second_half_escape_as_published_and_not_by_default() -> None:
    text = grounded("[1,1,9,9]", "[100,100,200,200]", "[100,100,200,200]")
    assert in_ivgr(text, (100, 100, 200, 200))[1]["box_validity"] == 1.0
    group = make_group(make_sample(Task.TEXT, "red", boxes=[(100, 100, 200, 200)]), text, dialect="ivgr", stream=Stream.GROUNDED)
    assert score(rewards_of({"box_validity": 1}), group)[0] == 0.0


def test_boxes_that_are_written_otherwise_are_none_as_published() -> None:
    for box in ("[100, 100, 200, 200]", "[100,100,200,200.5]", "[-1,100,200,200]", "100,100,200,200", "[200,100,100,200]"):
        assert in_ivgr(grounded(box), (100, 100, 200, 200))[1]["box_validity"] == 0.0
    assert in_ivgr(grounded("[100,100,200,200] red"), (100, 100, 200, 200))[1]["box_validity"] == 1.0


PIECES = (
    "<think>",
    "</think>",
    "<answer>",
    "</answer>",
    "<tool_call>",
    "</tool_call>",
    "<box>",
    "</box>",
    "(1, 2)",
    "(1,2),(3,4)",
    "[1,2,3,4]",
)
TEXTS = st.lists(
    st.sampled_from([*PIECES, '{"arguments": ', "}", "9" * 5000, "(" * 300, "\\d", "click [", "None", "\n"]) | st.text(max_size=6)
).map("".join)


@settings(max_examples=25, deadline=None)
@given(TEXTS)
def test_no_text_breaks_a_published_reading(text: str) -> None:
    for task, known in ((Task.POINT, None), (Task.BOX, None), (Task.ACTION, "click [1]"), (Task.TEXT, "red")):
        group = make_group(make_sample(task, known, boxes=[(1, 1, 9, 9)]), text, text)
        for rewards in (VIGORL, ZOOM, UNIVG, published("ivgr grounded")):
            first, second = parts_of(rewards, group)
            assert first == second


def test_the_strict_compositions_are_the_published_ones_without_options() -> None:
    for name in ("vigorl", "vigorl_zoom", "univg_r1", "ivgr grounded"):
        plain = {part: RewardConfig(weight=config.weight, gate=config.gate) for part, config in published(name).items()}
        assert parts_of(plain, make_group(SPOT, ANSWERED.format("at (1, 2)", "(10, 20)")))
