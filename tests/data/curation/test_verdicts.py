from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from data.curation.rules import RULES, RuleError, get_rules, rules_hash
from data.curation.verdicts import judge_traces
from data.tables import arrow
from data.trace import PlacedBox, PlacedPoint
from tests.data.curation.made import SAMPLE, row, thought, verdicts

NEEDED: dict[str, dict[str, Any]] = {"projection": {"dialect": "vigorl"}}


def test_the_figures_stand_in_the_verdict() -> None:
    places = (PlacedPoint(20, 20), PlacedPoint(55, 55), PlacedPoint(0, 0), PlacedPoint(20, 20, 1), PlacedBox(10, 10, 30, 20))
    (verdict,) = verdicts([row(thought(*places))], {})
    assert verdict["answer_correct"] is True
    assert verdict["answer_iou"] == 0.5
    assert verdict["point_hit_rate"] == 0.5
    assert verdict["box_iou"] == 0.5
    assert verdict["kept"] is True
    assert verdict["reason"] is None


def test_every_failed_rule_is_recorded_and_the_first_is_the_reason() -> None:
    rules: dict[str, dict[str, Any]] = {"answer_iou": {"minimum": 0.9}, "point_hit": {"minimum": 0.5}, "answer_correct": {}}
    (verdict,) = verdicts([row(thought(PlacedPoint(0, 0)))], rules)
    assert verdict["failed"] == ["answer_iou", "point_hit"]
    assert verdict["reason"] == "answer_iou"
    assert verdict["kept"] is False


@pytest.mark.parametrize(("minimum", "is_kept"), [(0.5, True), (0.51, False)])
def test_an_iou_at_the_minimum_is_enough(minimum: float, is_kept: bool) -> None:
    assert verdicts([row(thought())], {"answer_iou": {"minimum": minimum}})[0]["kept"] is is_kept


def test_a_text_that_could_not_be_read_is_dropped_under_any_rules() -> None:
    (verdict,) = verdicts([row(None, parse_error="why")], {})
    assert verdict["reason"] == "unreadable"
    assert verdict["answer_correct"] is False


def test_a_trace_that_was_read_with_an_error_fails_only_parsed() -> None:
    rows = [row(thought(), parse_error="there is something other")]
    assert verdicts(rows, {"answer_correct": {}})[0]["kept"] is True
    assert verdicts(rows, {"answer_correct": {}, "parsed": {}})[0]["failed"] == ["parsed"]


def test_a_sample_that_is_not_there_is_a_reason() -> None:
    assert verdicts([row(thought(), sample_id="smp_2")], {})[0]["reason"] == "no_sample"


def test_an_image_that_is_not_there_is_a_reason() -> None:
    (verdict,) = judge_traces([SAMPLE], arrow("traces", [row(thought())]), {}, {"img_2": (100, 100)}).to_pylist()
    assert (verdict["kept"], verdict["reason"], verdict["answer_correct"]) == (False, "no_image", None)


@pytest.mark.parametrize(("unknown", "is_kept"), [("keep", True), ("drop", False)])
def test_what_is_not_known_is_kept_or_dropped_as_the_rule_says(unknown: str, is_kept: bool) -> None:
    sample = dataclasses.replace(SAMPLE, boxes=())
    for name in ("answer_correct", "answer_iou", "point_hit"):
        (verdict,) = verdicts([row(thought(PlacedPoint(1, 1)))], {name: {"unknown": unknown}}, sample)
        assert verdict["kept"] is is_kept


def test_nothing_is_remembered_from_one_judgement_to_the_next() -> None:
    for _ in range(2):
        assert verdicts([row(thought())], {"duplicate": {}})[0]["kept"] is True


def test_an_answer_outside_its_image_is_wrong_where_sizes_are_known() -> None:
    rows = [row(thought())]
    (inside,) = judge_traces([SAMPLE], arrow("traces", rows), {}, {"img_1": (100, 100)}).to_pylist()
    (outside,) = judge_traces([SAMPLE], arrow("traces", rows), {}, {"img_1": (25, 25)}).to_pylist()
    assert inside["answer_correct"] is True
    assert outside["answer_correct"] is False


def test_an_unknown_rule_is_answered_with_the_known_ones() -> None:
    with pytest.raises(RuleError, match=r"there is no rule 'beauty'; there are parsed, answer_correct, .*, leak, projection, judge"):
        get_rules({"beauty": {}})


@pytest.mark.parametrize("settings", [{"maximum": 1}, {"minimum": 2}, {"minimum": "x"}])
def test_an_unknown_or_wrong_setting_is_answered_with_the_known_ones(settings: dict[str, Any]) -> None:
    with pytest.raises(RuleError, match=r"rule answer_iou does not take .* it takes minimum, unknown"):
        get_rules({"answer_iou": settings})


def test_the_hash_counts_defaults_as_settings() -> None:
    assert rules_hash(get_rules({"answer_iou": {}})) == rules_hash(get_rules({"answer_iou": {"minimum": 0.5}}))
    assert rules_hash(get_rules({"answer_iou": {}})) != rules_hash(get_rules({"answer_iou": {"minimum": 0.6}}))


def test_no_traces_give_no_rows() -> None:
    assert verdicts([], {name: NEEDED.get(name, {}) for name in RULES}) == []
