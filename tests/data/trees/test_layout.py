from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from data.drawing import Ink
from data.rows import trace_to_row
from data.tables import TABLES
from data.trace import Answer, Mention, PlacedPoint, Step, Trace
from data.trees.layout import GAP_Y, HEIGHT, Layout, lay_out
from data.trees.outline import outline
from data.trees.picture import SCALE, draw_tree

Row = dict[str, Any]
NOTHING: Row = dict.fromkeys(TABLES["trees"].schema.names)
ROOT = NOTHING | {"node_id": "0", "kind": "root", "status": "ok", "visits": 6, "value": 0.5}


def node(place: str, **more: Any) -> Row:
    columns: Row = {"kind": "thought", "status": "ok", "visits": 2, "value": 0.5, "thought": f"At {place}."}
    above, _, number = place.rpartition(".")
    return NOTHING | {"node_id": place, "parent_id": above, "number": int(number)} | columns | more


def rollout(place: str, reward: float | None) -> Row:
    above, _, number = place.rpartition("/")
    said = trace_to_row(Trace((Step("So.", (Mention(3, PlacedPoint(1, 2)),)),), Answer("left")))
    kind = {"node_id": place, "parent_id": above, "number": int(number), "kind": "rollout", "status": "ok", "reward": reward}
    return NOTHING | kind | said


def places(layout: Layout) -> dict[str, tuple[int, float]]:
    return {box.node_id: (box.depth, box.y) for box in layout.boxes}


def test_a_node_stands_between_its_children() -> None:
    layout = lay_out([ROOT, node("0.0"), node("0.1"), node("0.1.0"), node("0.1.1")], "Where?")
    step = HEIGHT + GAP_Y
    assert places(layout) == {"0": (0, 0.75 * step), "0.0": (1, 0), "0.1": (1, 1.5 * step), "0.1.0": (2, step), "0.1.1": (2, 2 * step)}
    assert layout.height == 3 * step - GAP_Y


def test_no_two_nodes_of_a_column_overlap() -> None:
    rows = [ROOT, *(node(f"0.{k}") for k in range(3)), *(node(f"0.{k}.{m}") for k in range(3) for m in range(k))]
    layout = lay_out(rows, "Where?")
    for depth in range(3):
        tops = sorted(y for at, y in places(layout).values() if at == depth)
        assert all(lower - upper >= HEIGHT for upper, lower in pairwise(tops))


def test_the_places_that_the_kept_nodes_name_are_numbered_in_order() -> None:
    mention = {"offset": 0, "image_index": 0, "x": 3.0, "y": 4.0, "x2": None, "y2": None, "label": None}
    rows = [
        ROOT,
        node("0.0", mentions=[mention, mention]),
        node("0.1", mentions=[mention], status="duplicate"),
        node("0.2", mentions=[mention]),
    ]
    layout = lay_out(rows, "Where?")
    assert [box.number for box in layout.boxes] == [None, 1, None, 3]
    assert [(mark.ink, mark.number) for mark in layout.marks] == [(Ink.MENTION, 1), (Ink.MENTION, 2), (Ink.MENTION, 3)]


def test_rollouts_are_dots_and_the_wider_line_has_more_visits() -> None:
    layout = lay_out(
        [ROOT, node("0.0", visits=4), node("0.1"), rollout("0.0/0", 1.0), rollout("0.0/1", 0.0), rollout("0.0/2", None)], "Where?"
    )
    assert [dot.is_right for dot in layout.boxes[1].dots] == [True, False, None]
    assert layout.boxes[1].dots[0].words == "So. (1, 2) Answer: left"
    assert [round(link.share, 2) for link in layout.links] == [0.67, 0.33]


def test_an_outline_says_what_each_node_is_and_what_was_dropped() -> None:
    rows = [ROOT, node("0.0"), node("0.0.0", kind="answer", thought=None, answer="left", reward=0.0), node("0.1", status="outside")]
    assert outline(lay_out([*rows, rollout("0.0/0", 1.0)], "Where?")).splitlines() == [
        "3 nodes; 1 rollouts, 1 right; 1 outside",
        "6 visits, value 0.50: Where?",
        "  2 visits, value 0.50: At 0.0.  +",
        "    2 visits, value 0.50 wrong: Answer: left",
        "  outside: At 0.1.",
    ]


def test_the_picture_is_as_large_as_the_tree() -> None:
    layout = lay_out([ROOT, node("0.0"), node("0.1", status="duplicate"), rollout("0.0/0", 1.0)], "Where?")
    picture = draw_tree(layout, None)
    assert picture.width >= layout.width * SCALE
    assert len(picture.getcolors(1 << 24) or []) > 10


def test_nodes_without_a_root_are_an_error() -> None:
    with pytest.raises(ValueError, match="none of the 1 nodes is a root"):
        lay_out([node("0.0")], "Where?")
