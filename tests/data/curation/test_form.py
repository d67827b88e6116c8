"""Rules on form, on both sides of their bounds."""

from __future__ import annotations

import dataclasses
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.curation.rules import RuleError, get_rules
from data.curation.verdicts import judge_traces
from data.sample import Task
from data.tables import arrow
from data.trace import Answer, PlacedBox, PlacedPoint
from tests.data.curation.made import HALF, KNOWN, SAMPLE, Row, chain, passes, row, thought, verdicts

STEP = (PlacedPoint(20, 20),)
TEXTS = st.text(st.sampled_from("aAb B\tß\nSé"), max_size=5)


@pytest.mark.parametrize(("settings", "is_kept"), [({}, True), ({"minimum": 2}, True), ({"minimum": 3}, False), ({"maximum": 1}, False)])
def test_steps_have_bounds(settings: Row, is_kept: bool) -> None:
    assert passes(chain(STEP, STEP), "steps", settings) is is_kept


def test_a_text_that_could_not_be_read_has_no_steps() -> None:
    assert not passes(None, "steps")
    assert passes(None, "steps", {"minimum": 0})


@pytest.mark.parametrize(
    ("settings", "is_kept"),
    [
        ({}, True),
        ({"minimum_steps": 2}, False),
        ({"maximum_steps": 0}, False),
        ({"maximum_characters": 3}, False),
        ({"maximum_characters": 4}, True),
        ({"minimum_characters": 5}, False),
    ],
)
def test_length_has_bounds(settings: dict[str, int], is_kept: bool) -> None:
    assert passes(thought(), "length", settings) is is_kept


@pytest.mark.parametrize(
    ("texts", "kept"),
    [
        (["Said", " said ", "new"], [True, False, True]),
        (["a b", "A\n b", "b a", "ab"], [True, False, True, False]),
        (["Größe", "GRÖSSE", "GRÖßE\u2003", "Grosse"], [True, False, False, True]),
        (["", " ", "x"], [True, False, True]),
    ],
)
def test_a_repeated_text_is_a_duplicate_of_the_first(texts: list[str], kept: list[bool]) -> None:
    rows = [row(thought(), text, candidate=number) for number, text in enumerate(texts)]
    assert [verdict["kept"] for verdict in verdicts(rows, {"duplicate": {}})] == kept


def test_the_same_text_of_another_sample_is_new() -> None:
    other = dataclasses.replace(SAMPLE, sample_id="smp_2")
    rows = [row(thought()), row(thought(), sample_id="smp_2")]
    assert judge_traces([SAMPLE, other], arrow("traces", rows), {"duplicate": {}}).column("kept").to_pylist() == [True, True]


@settings(max_examples=60, deadline=None)
@given(said=st.lists(st.tuples(st.sampled_from(["smp_1", "smp_2"]), TEXTS), min_size=1, max_size=12), cut=st.integers(0, 12))
def test_what_was_said_is_known_however_the_traces_are_cut(said: list[tuple[str, str]], cut: int) -> None:
    rows = [row(thought(), text, sample_id=name, candidate=number) for number, (name, text) in enumerate(said)]
    traces = pa.concat_tables([arrow("traces", rows[:cut]), arrow("traces", rows[cut:])])
    seen: list[tuple[str, str]] = []
    for name, text in said:
        seen.append((name, "".join(text.split()).casefold()))
    expected = [seen.index(key) == number for number, key in enumerate(seen)]
    samples = [SAMPLE, dataclasses.replace(SAMPLE, sample_id="smp_2")]
    assert judge_traces(samples, traces, {"duplicate": {}}).column("kept").to_pylist() == expected


@pytest.mark.parametrize(
    ("answer", "settings", "is_kept"),
    [
        (HALF, {"dialect": "ivgr"}, True),
        (Answer(text="left"), {"dialect": "ivgr"}, False),
        (Answer(text="left"), {"dialect": "ivgr", "allowed": ["answer", "answer_rest"]}, True),
        (Answer(text="left", boxes=HALF.boxes), {"dialect": "ivgr"}, False),
        (Answer(text="left", boxes=HALF.boxes), {"dialect": "ivgr", "allowed": ["answer_rest"]}, True),
    ],
)
def test_a_dialect_must_carry_the_answer(answer: Answer, settings: Row, is_kept: bool) -> None:
    assert passes(thought(answer=answer), "projection", settings) is is_kept


@pytest.mark.parametrize(("dialect", "is_kept"), [("ivgr", True), ("vigorl", False), ("textual", False)])
def test_a_dialect_must_carry_what_is_named(dialect: str, is_kept: bool) -> None:
    assert passes(thought(PlacedBox(1, 1, 5, 5)), "projection", {"dialect": dialect}) is is_kept


def test_what_could_not_be_read_has_nothing_to_lose() -> None:
    assert passes(None, "projection", {"dialect": "vigorl"})


@pytest.mark.parametrize(
    ("settings", "said"), [({"dialect": "loud"}, "no dialect 'loud'"), ({"dialect": "ivgr", "allowed": ["x"]}, "no loss 'x'")]
)
def test_a_dialect_or_a_loss_that_is_none_is_an_error(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(RuleError, match=said):
        get_rules({"projection": settings})


@pytest.mark.parametrize(
    ("value", "unknown", "is_kept"), [(0.5, "drop", True), (0.49, "keep", False), (None, "keep", True), (None, "drop", False)]
)
def test_the_judge_s_value_is_compared(value: float | None, unknown: str, is_kept: bool) -> None:
    made = row(thought())
    (verdict,) = verdicts([made], {"judge": {"minimum": 0.5, "unknown": unknown}}, judgements={made["trace_id"]: value})
    assert verdict["kept"] is is_kept
    assert verdict["judge"] == value


def test_a_trace_that_was_not_judged_is_unknown() -> None:
    assert passes(thought(), "judge")
    assert not passes(thought(), "judge", {"unknown": "drop"})


def test_points_of_a_point_task_are_asked_for() -> None:
    sample = dataclasses.replace(SAMPLE, task=Task.POINT, boxes=(KNOWN,))
    assert passes(thought(answer=Answer(points=(PlacedPoint(10, 30),))), "answer_correct", sample=sample)
    assert not passes(thought(answer=Answer(points=(PlacedPoint(9, 30),))), "answer_correct", sample=sample)
