import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.space import Box, Point, Space

STORED = Space.pixels(640, 480)
SPACES = (Space.resized(616, 476), Space.grid(1000), Space.unit())
COORDINATES = st.floats(min_value=0, max_value=480)


@pytest.mark.parametrize("space", SPACES, ids=str)
@given(x=COORDINATES, y=COORDINATES)
def test_a_point_comes_back_from_any_space(space: Space, x: float, y: float) -> None:
    back = Point(x, y, STORED).to(space).to(STORED)
    assert [back.x, back.y] == pytest.approx([x, y])


@pytest.mark.parametrize("space", SPACES, ids=str)
def test_the_iou_of_two_boxes_is_the_same_in_every_space(space: Space) -> None:
    a, b = Box(10, 20, 110, 220, STORED), Box(50, 20, 150, 220, STORED)
    assert a.to(space).iou(b.to(space)) == pytest.approx(a.iou(b)) == pytest.approx(60 / 140)


def test_coordinates_of_different_spaces_do_not_meet() -> None:
    with pytest.raises(ValueError, match=r"different spaces: pixel 640x480 and grid 1000x1000"):
        Box(0, 0, 1, 1, STORED).iou(Box(0, 0, 1, 1, Space.grid(1000)))


def test_a_point_on_the_edge_is_inside() -> None:
    box = Box(10, 10, 20, 20, STORED)
    assert Point(20, 10, STORED).is_inside(box)
    assert not Point(20.1, 10, STORED).is_inside(box)


@pytest.mark.parametrize("corners", [(2, 0, 1, 1), (0, 0, 0, 1), (math.nan, 0, 1, 1), (0, 0, math.inf, 1)])
def test_a_box_that_is_not_valid_has_no_area(corners: tuple[float, float, float, float]) -> None:
    box = Box(*corners, STORED)
    assert (box.is_valid, box.area) == (False, 0)


@pytest.mark.parametrize("extent", [0, -1, math.nan, math.inf])
def test_a_space_has_a_positive_finite_extent(extent: float) -> None:
    with pytest.raises(ValueError, match="positive finite extent"):
        Space.pixels(extent, 480)


def test_only_unit_coordinates_need_decimals() -> None:
    assert [space.decimals for space in (STORED, *SPACES)] == [0, 0, 0, 3]
