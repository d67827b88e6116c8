"""Rules on the places that thoughts name, on both sides of their bounds."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from data.trace import PlacedBox, PlacedPoint
from tests.data.curation.made import KNOWN, NEAR, SAMPLE, chain, passes, thought, verdicts
from tests.data.curation.made import row as row_of

IN_ANSWER, IN_EVIDENCE, NOWHERE = PlacedPoint(20, 20), PlacedPoint(55, 55), PlacedPoint(0, 0)
FIT = PlacedBox(50, 50, 60, 60)
HALF_FIT = PlacedBox(50, 50, 60, 55)
Settings = dict[str, Any]


@pytest.mark.parametrize(
    ("places", "settings", "is_kept"),
    [
        ((FIT,), {"minimum": 1.0}, True),
        ((HALF_FIT,), {"minimum": 0.5}, True),
        ((HALF_FIT,), {"minimum": 0.51}, False),
        ((FIT, PlacedBox(0, 0, 5, 5)), {"minimum": 0.75}, True),
        ((FIT, PlacedBox(0, 0, 5, 5)), {"minimum": 0.76}, False),
        ((FIT, PlacedBox(0, 0, 5, 5)), {"minimum": 0, "minimum_recall": 1.0}, True),
        ((FIT, PlacedBox(0, 0, 5, 5)), {"minimum": 0, "minimum_precision": 0.5}, True),
        ((FIT, PlacedBox(0, 0, 5, 5)), {"minimum": 0, "minimum_precision": 0.51}, False),
        ((HALF_FIT,), {"minimum": 0, "minimum_recall": 0.51}, False),
        ((FIT, FIT), {"minimum": 0, "minimum_one_to_one": 0.5}, True),
        ((FIT, FIT), {"minimum": 0, "minimum_one_to_one": 0.51}, False),
        ((), {"minimum": 0.01, "unknown": "keep"}, False),
    ],
)
def test_boxes_are_compared_with_the_evidence_both_ways(places: tuple[PlacedBox, ...], settings: Settings, is_kept: bool) -> None:
    assert passes(thought(*places), "box_iou", settings) is is_kept


def test_without_evidence_boxes_are_compared_with_all_that_are_known() -> None:
    sample = dataclasses.replace(SAMPLE, boxes=(KNOWN,))
    assert passes(thought(PlacedBox(10, 10, 30, 30)), "box_iou", {"minimum": 1.0}, sample)
    assert not passes(thought(FIT), "box_iou", {"minimum": 0.01}, sample)


@pytest.mark.parametrize(("minimum", "is_kept"), [(0.5, True), (0.51, False)])
def test_points_may_lie_in_any_known_box(minimum: float, is_kept: bool) -> None:
    places = (IN_ANSWER, IN_EVIDENCE, NOWHERE, PlacedPoint(20, 20, 1))
    assert passes(thought(*places), "point_hit", {"minimum": minimum}) is is_kept


@pytest.mark.parametrize(
    ("places", "settings", "is_kept"),
    [
        ((IN_EVIDENCE, IN_ANSWER, NOWHERE), {}, True),
        ((IN_EVIDENCE, NOWHERE), {}, False),
        ((IN_EVIDENCE, IN_ANSWER), {"points": "last"}, True),
        ((IN_ANSWER, IN_EVIDENCE), {"points": "last"}, False),
        ((IN_ANSWER, IN_EVIDENCE), {"points": "share", "minimum": 0.5}, True),
        ((IN_ANSWER, IN_EVIDENCE), {"points": "share", "minimum": 0.51}, False),
        ((PlacedPoint(20, 20, 1),), {}, False),
    ],
)
def test_points_lie_in_the_right_object(places: tuple[PlacedPoint, ...], settings: Settings, is_kept: bool) -> None:
    assert passes(thought(*places), "right_object", settings) is is_kept


def test_the_last_point_is_that_of_the_last_step() -> None:
    assert passes(chain((NOWHERE,), (IN_EVIDENCE, IN_ANSWER)), "right_object", {"points": "last"})
    assert not passes(chain((NOWHERE, IN_ANSWER), (IN_EVIDENCE,)), "right_object", {"points": "last"})


@pytest.mark.parametrize(
    ("places", "settings", "is_kept"),
    [
        ((PlacedPoint(0, 0), PlacedPoint(0, 10.5)), {}, True),
        ((PlacedPoint(0, 0), PlacedPoint(0, 10)), {}, False),
        ((PlacedPoint(0, 0), PlacedPoint(0, 10)), {"radius": 9}, True),
        ((PlacedPoint(0, 0), PlacedPoint(0, 0, 1)), {}, True),
        ((PlacedPoint(0, 0),), {}, False),
        ((), {"minimum": 0}, True),
    ],
)
def test_points_are_different_places_beyond_a_radius(places: tuple[PlacedPoint, ...], settings: Settings, is_kept: bool) -> None:
    assert passes(thought(*places), "distinct_points", settings) is is_kept


@pytest.mark.parametrize("name", ["box_iou", "point_hit", "right_object"])
@pytest.mark.parametrize(("unknown", "is_kept"), [("keep", True), ("drop", False)])
def test_where_no_box_is_known_the_rule_says_what_becomes_of_it(name: str, unknown: str, is_kept: bool) -> None:
    sample = dataclasses.replace(SAMPLE, boxes=())
    assert passes(thought(IN_ANSWER, FIT), name, {"unknown": unknown}, sample) is is_kept


@pytest.mark.parametrize("name", ["point_hit", "right_object"])
@pytest.mark.parametrize(("unknown", "is_kept"), [("keep", True), ("drop", False)])
def test_where_no_point_is_named_the_rule_says_what_becomes_of_it(name: str, unknown: str, is_kept: bool) -> None:
    assert passes(thought(FIT), name, {"unknown": unknown}) is is_kept


def test_evidence_alone_is_no_right_object() -> None:
    sample = dataclasses.replace(SAMPLE, boxes=(NEAR,))
    assert passes(thought(IN_EVIDENCE), "right_object", {"unknown": "keep"}, sample)
    assert not passes(thought(IN_EVIDENCE), "right_object", {"unknown": "drop"}, sample)


def test_counts_stand_in_the_verdict() -> None:
    (verdict,) = verdicts([row_of(chain((IN_ANSWER, FIT), (PlacedPoint(21, 20), NOWHERE)), "größer")], {})
    assert {name: verdict[name] for name in ("steps", "points", "distinct_points", "characters")} == {
        "steps": 2,
        "points": 3,
        "distinct_points": 2,
        "characters": 6,
    }
