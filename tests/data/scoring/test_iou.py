from __future__ import annotations

from collections.abc import Iterator

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.scoring.iou import IOU_SQL, iou, iou_matrix, placed_iou
from data.space import Box, Space
from data.trace import PlacedBox

PIXELS = Space.pixels(640, 480)
numbers = st.sampled_from([0.0, 1.0, 2.0, 2.5, 10.0, -1.0, float("nan"), float("inf"), float("-inf")]) | st.floats(-1000, 1000, width=32)
corners = st.tuples(numbers, numbers, numbers, numbers)
Corners = tuple[float, float, float, float]


@pytest.fixture(scope="module")
def sql() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(IOU_SQL)
        yield connection


def in_sql(sql: duckdb.DuckDBPyConnection, values: tuple[float | None, ...]) -> float | None:
    row = sql.execute("select iou(" + ", ".join(["?::double"] * 8) + ")", list(values)).fetchone()
    assert row is not None
    found: float | None = row[0]
    return found


@settings(max_examples=400, deadline=None)
@given(a=corners, b=corners)
def test_python_numpy_and_sql_agree(sql: duckdb.DuckDBPyConnection, a: Corners, b: Corners) -> None:
    scalar = iou(Box(*a, PIXELS), Box(*b, PIXELS))
    assert iou_matrix(np.array([a]), np.array([b]))[0, 0] == pytest.approx(scalar, abs=1e-12)
    assert in_sql(sql, (*a, *b)) == pytest.approx(scalar, abs=1e-12)
    assert 0 <= scalar <= 1


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ((100, 100, 200, 200), (95, 105, 195, 195), 8550 / 10450),
        ((0, 0, 2, 2), (0, 0, 2, 2), 1.0),
        ((0, 0, 1, 1), (1, 0, 2, 1), 0.0),
        ((0, 0, 1, 0), (0, 0, 1, 1), 0.0),
        ((2, 2, 0, 0), (0, 0, 2, 2), 0.0),
        ((0, 0, float("nan"), 1), (0, 0, 1, 1), 0.0),
        ((0, 0, 1e-200, 1e-200), (0, 0, 1e-200, 1e-200), 0.0),
        ((-1e308, -1e308, 1e308, 1e308), (-1e308, -1e308, 1e308, 1e308), 0.0),
    ],
    ids=["overlapping", "equal", "touching", "zero area", "inverted", "nan", "too small", "too large"],
)
def test_known_overlaps(sql: duckdb.DuckDBPyConnection, a: Corners, b: Corners, expected: float) -> None:
    assert iou(Box(*a, PIXELS), Box(*b, PIXELS)) == pytest.approx(expected)
    assert iou_matrix(np.array([a]), np.array([b]))[0, 0] == pytest.approx(expected)
    assert in_sql(sql, (*a, *b)) == pytest.approx(expected)


def test_sql_says_null_where_a_corner_is_null(sql: duckdb.DuckDBPyConnection) -> None:
    assert in_sql(sql, (0, 0, 1, 1, 0, 0, 1, None)) is None


def test_sql_takes_whole_numbers(sql: duckdb.DuckDBPyConnection) -> None:
    assert sql.execute("select iou(0, 0, 2, 2, 0, 0, 2, 1)").fetchall() == [(0.5,)]


def test_boxes_of_different_spaces_have_no_iou() -> None:
    with pytest.raises(ValueError, match="different spaces"):
        iou(Box(0, 0, 1, 1, PIXELS), Box(0, 0, 1, 1, Space.unit()))


def test_boxes_on_different_images_do_not_overlap() -> None:
    assert placed_iou(PlacedBox(0, 0, 1, 1, 0), PlacedBox(0, 0, 1, 1, 1)) == 0.0


def test_no_boxes_give_an_empty_matrix() -> None:
    assert iou_matrix(np.zeros((0, 4)), np.zeros((3, 4))).shape == (0, 3)
