from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.columns import BOX
from data.scoring.dual import Dual, dual_iou, dual_ious
from data.scoring.places import boxes_of
from data.scoring.score import boxes_iou
from data.trace import PlacedBox
from tests.data.drawn import boxes

A, B, C = (PlacedBox(x, 0, x + 10, 10) for x in (0, 20, 40))
HALF_A = PlacedBox(0, 0, 10, 5)
Boxes = list[PlacedBox]


def column(rows: list[Boxes]) -> pa.Array[pa.Scalar[pa.DataType]]:
    names = ("image_index", "x1", "y1", "x2", "y2")
    return pa.array([[{name: getattr(box, name) for name in names} for box in row] for row in rows], pa.list_(BOX))


@pytest.mark.parametrize(
    ("named", "known", "expected"),
    [
        ([A], [A], Dual(1, 1, 1)),
        ([A], [A, B], Dual(0.5, 1, 0.5)),
        ([A, C], [A], Dual(1, 0.5, 0.5)),
        ([A, HALF_A], [A], Dual(1, 0.75, 0.5)),
        ([A, A], [A, B], Dual(0.5, 1, 0.5)),
        ([], [A], Dual(0, 0, 0)),
        ([B, A], [A, B], Dual(1, 1, 1)),
    ],
)
def test_partners_may_be_shared_but_in_a_matching(named: Boxes, known: Boxes, expected: Dual) -> None:
    assert dual_iou(named, known) == expected


def test_the_mean_of_both_ways_is_the_published_reward() -> None:
    assert Dual(0.5, 1.0, 0.0).mean == 0.75


def test_nothing_known_has_no_figures() -> None:
    assert dual_iou([A], []) is None


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.tuples(st.lists(boxes(), max_size=3), st.lists(boxes(), max_size=3)), min_size=1, max_size=5))
def test_many_rows_have_the_figures_of_each(rows: list[tuple[Boxes, Boxes]]) -> None:
    found = dual_ious(boxes_of(column([named for named, _ in rows])), boxes_of(column([known for _, known in rows])), np.arange(len(rows)))
    expected = [dual_iou(named, known) or Dual(np.nan, np.nan, np.nan) for named, known in rows]
    for name in ("recall", "precision", "one_to_one"):
        np.testing.assert_allclose(getattr(found, name), [getattr(dual, name) for dual in expected], atol=1e-12)


@settings(max_examples=60, deadline=None)
@given(named=st.lists(boxes(), min_size=1, max_size=6), known=st.lists(boxes(), min_size=1, max_size=6))
def test_one_to_one_is_the_matching_of_the_scorer(named: Boxes, known: Boxes) -> None:
    dual = dual_iou(named, known)
    assert dual is not None
    assert dual.one_to_one == pytest.approx(boxes_iou(tuple(named), tuple(known)), nan_ok=True)
