from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.benchmarks.protocols import LineError, Output, Reasoned, Ruling, get_protocol, rule
from data.benchmarks.protocols.problem import problem_of
from data.benchmarks.protocols.strict import Strict, _read
from data.dialects import DIALECTS
from data.sample import Role, Sample, Task
from data.space import Frame, Space
from data.trace import PlacedBox

STRICT = get_protocol("strict")
BOX = {"task": "box", "space": "pixel", "image_size": [640, 480], "target": {"boxes": [[100, 200, 300, 400]]}}
CHOICE = {"task": "choice", "target": {"answer": "left", "choices": ["left", "right", "salt and pepper"]}}
PIECES = ["<think>", "</think>", "<answer>", "</answer>", "(1, 2, 3, 4)", "(7,8)", "(1,2),(3,4)", "<box>[1,2,3,4]</box>", "; ", "image 2: "]
PIECES += [
    "<tool_call>",
    '{"name": "search_coordinate", "arguments": {"coordinate": [1, 2]}}',
    "</tool_call>",
    "left",
    "B.",
    "\ud800",
    "９",
    "\x00",
]
texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=12).map("".join)


def judged(answer: str, line: dict[str, Any] = BOX, **fields: Any) -> Ruling:
    return ruled({**line, "prediction": f"<think>\nIt is there.\n</think>\n<answer>{answer}</answer>", **fields})


def ruled(line: dict[str, Any]) -> Ruling:
    STRICT.check(line)
    return rule(STRICT, line)


def flags(ruling: Ruling) -> set[str]:
    return {name for name, value in ruling.scores.items() if value == 1 and name != "iou"}


def test_a_right_box_is_right() -> None:
    found = judged("(100, 200, 300, 400)")
    assert found.scores == {"correct": 1, "iou": 1.0, "parsed": 1, "format": 1, "ambiguous": 0, "inverted": 0, "clamped": 0}
    assert (found.reason, found.verdict.correct, found.verdict.iou) == (None, True, 1.0)


def test_the_last_answer_counts_and_what_else_stands_there_is_told() -> None:
    found = judged("(1, 1, 2, 2)</answer><answer>(100, 200, 300, 400)")
    assert flags(found) == {"correct", "parsed"}
    assert found.reason == "there should be one think and one answer block, not 1 and 2"


def test_a_box_in_the_thoughts_alone_is_no_answer() -> None:
    found = ruled({**BOX, "prediction": "<think>(100, 200, 300, 400)</think>"})
    assert (flags(found), found.scores["iou"], found.reason) == (set(), 0.0, "there is no answer block")


@pytest.mark.parametrize(
    ("task", "answer", "count"), [("box", "(100, 200, 300, 400); (100, 200, 300, 400)", 2), ("point", "(150, 250) or (1, 1), (2, 2)", 3)]
)
def test_several_answers_where_one_is_asked_are_wrong_and_counted_as_such(task: str, answer: str, count: int) -> None:
    found = judged(answer, task=task)
    assert flags(found) == {"ambiguous"}
    assert found.reason == f"ambiguous: {count} answers where one {task} is asked"


def test_words_around_a_box_are_no_answer_but_not_ambiguous() -> None:
    found = judged("the box (100, 200, 300, 400)")
    assert flags(found) == set()
    assert found.reason == "the answer should be one box, not 'the box (100, 200, 300, 400)'"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("left", {"correct"}),
        ("(A) left", {"correct"}),
        ("right", set()),
        ("neither", set()),
        ("salt and pepper", set()),
        ("left or right", {"ambiguous"}),
        ("A, B", {"ambiguous"}),
        ("A. right", {"ambiguous"}),
    ],
)
def test_a_choice_is_one_of_them(answer: str, expected: set[str]) -> None:
    assert flags(judged(answer, CHOICE)) == expected | {"parsed", "format"}


def test_a_box_is_set_back_to_its_image() -> None:
    found = judged("(560, 200, 999, 400)", target={"boxes": [[540, 200, 640, 400]]})
    assert (found.scores["iou"], flags(found)) == (0.8, {"correct", "parsed", "clamped"})
    assert found.reason == "the answer lies outside image 1 of 640x480: (560, 200, 999, 400)"
    assert judged("(700, 200, 999, 400)", target={"boxes": [[540, 200, 640, 400]]}).scores["iou"] == 0.0


def test_a_point_off_its_image_hits_nothing() -> None:
    assert judged("(640, 300)", task="point", target={"boxes": [[540, 200, 640, 400]]}).scores["correct"] == 1
    assert judged("(641, 300)", task="point", target={"boxes": [[540, 200, 640, 400]]}).scores["correct"] == 0


def test_an_inverted_box_is_right_nowhere_and_said_to_be_inverted() -> None:
    found = judged("(300, 400, 100, 200)")
    assert (found.scores["iou"], flags(found)) == (0.0, {"parsed", "format", "inverted"})
    assert found.reason == "inverted: box (300, 400, 100, 200) has no positive width and height"


@pytest.mark.parametrize(
    ("space", "answer"),
    [
        ({"space": "thousandth"}, "(500, 500, 750, 1000)"),
        ({"space": "grid:100"}, "(50, 50, 75, 100)"),
        ({"space": "unit"}, "(0.5, 0.5, 0.75, 1)"),
        ({"space": "resized", "resized_sizes": [[1280, 240]]}, "(640, 120, 960, 240)"),
    ],
)
def test_numbers_are_read_in_the_declared_space(space: dict[str, Any], answer: str) -> None:
    assert judged(answer, target={"boxes": [[320, 240, 480, 480]]}, **space).scores["iou"] == 1.0


def test_sizes_are_not_needed_where_both_spaces_are_parts_of_a_side() -> None:
    free: dict[str, Any] = {"image_size": None, "space": "thousandth", "target_space": "unit", "target": {"boxes": [[0.5, 0.5, 1, 1]]}}
    assert judged("(500,500),(1000,1000)", dialect="univg", **free).scores["iou"] == 1.0
    with pytest.raises(LineError, match="image_sizes should be the width and the height of each image, not absent"):
        judged("(1, 2, 3, 4)", **{**free, "space": "pixel"})


def test_an_image_may_be_the_second() -> None:
    target = {"boxes": [{"x1": 1, "y1": 1, "x2": 9, "y2": 9, "image_index": 1}]}
    two: dict[str, Any] = {"image_size": None, "image_sizes": [[640, 480], [10, 10]], "target": target}
    assert judged("image 2: (1, 1, 9, 9)", **two).scores["iou"] == 1.0
    assert judged("(1, 1, 9, 9)", **two).scores["iou"] == 0.0


def test_turns_are_read_as_a_conversation() -> None:
    call = '<think>\nCloser.\n</think>\n<tool_call>\n{"name": "search_coordinate", "arguments": {"coordinate": [5, 5]}}\n</tool_call>'
    said = [("assistant", call), ("user", "<observation></observation>"), ("assistant", "<think>\nYes.\n</think>\n<answer>left</answer>")]
    turns = [{"role": role, "content": content} for role, content in said]
    seen = {"dialect": "vigorl_zoom", "space": "pixel", "image_size": [9, 9], "turns": turns}
    assert flags(ruled(CHOICE | seen)) == {"correct", "parsed", "format"}


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"prediction": None}, "prediction should be a text, not None"),
        ({"task": "find"}, "task should be one of point, box, boxes, choice, text, action, not 'find'"),
        ({"task": []}, r"task should be one of .*, not \[\]"),
        ({"dialect": "klingon"}, "dialect should be one of ivgr, .*, not 'klingon'"),
        ({"space": "parsec"}, "space should be pixel, resized, thousandth, grid:n or unit, not 'parsec'"),
        ({"space": "grid:99999999"}, "at most a million parts"),
        ({"space": "resized"}, "resized_sizes should be .* not absent beside task, space"),
        ({"image_size": [0, 5]}, r"image_size should be .* not \[0, 5\]"),
        ({"target": []}, r"target should be an object, not \[\]"),
        ({"target": {"answer": "x"}}, "task box needs target.boxes; the target has answer"),
        ({"target": {"boxes": [[1, 2, 3]]}}, r"box should be 4 numbers x1, y1, x2, y2, not \[1, 2, 3\]"),
        ({"target": {"boxes": [[9, 2, 3, 4]]}}, r"box \(9, 2, 3, 4\) is inverted"),
        ({"target": {"boxes": [[1, 2, 10**400, 4]]}}, "holds a number beyond 1e308"),
        ({"target": {"boxes": [[412, 80, 999, 400]]}}, "box .412, 80, 999, 400. in space pixel exceeds image 640x480"),
        ({"target_space": "grid:10"}, "target_space 'grid:10' is none of pixel, thousandth, unit"),
        ({"task": "choice", "target": {"answer": "up", "choices": ["left"]}}, r"target.answer 'up' is none of the choices left"),
    ],
)
def test_a_line_that_asks_nothing_is_refused_in_a_sentence(fields: dict[str, Any], sentence: str) -> None:
    with pytest.raises(LineError, match=sentence):
        STRICT.check({**BOX, "prediction": "", **fields})


def test_a_plain_box_is_read_as_any_other() -> None:
    plain = problem_of({**BOX, "prediction": ""}).target.answer_boxes
    named = problem_of({**BOX, "prediction": "", "target": {"boxes": [{"x1": 100, "y1": 200, "x2": 300, "y2": 400}]}}).target.answer_boxes
    assert plain == named == (PlacedBox(100, 200, 300, 400, 0, None, Role.ANSWER),)


@settings(max_examples=100, deadline=None)
@given(text=texts, dialect=st.sampled_from(sorted(DIALECTS)), task=st.sampled_from(list(Task)))
def test_no_text_makes_it_raise_and_it_reads_what_the_dialect_reads(text: str, dialect: str, task: Task) -> None:
    target = {"boxes": [[1, 2, 3, 4]], "answer": "left", "choices": ["left", "right"]}
    line = {"prediction": text, "dialect": dialect, "task": str(task), "space": "pixel", "image_sizes": [[9, 9], [5, 5]], "target": target}
    scores = STRICT.score(line)
    assert isinstance(scores, Reasoned)
    assert scores.keys() == STRICT.blank.keys()
    parsed = DIALECTS[dialect].parse(text, problem_of(line).frames, task)
    assert _read(problem_of(line)) == (parsed.trace.answer if parsed.trace else None, parsed.error)


def test_a_benchmark_item_becomes_a_line_that_says_the_same() -> None:
    known = (PlacedBox(10, 10, 50, 50, 1, role="answer"),)
    sample = Sample("smp_1", "scenes", "test", Task.BOX, ("img_1", "img_2"), "Box it.", boxes=known)
    frames = [Frame(Space.pixels(100, 100), Space.grid(1000))] * 2
    line = Strict("univg").line(sample, Output("<think></think><answer>image 2: (100,100),(500,500)</answer>"), frames)
    assert (line["space"], line["dialect"], ruled(line).scores["iou"]) == ("grid:1000", "univg", 1.0)
