import math

import pytest
from PIL import Image

from data.drawing import Ink, Look, Mark, draw, scale_of, with_looks
from data.trace import PlacedBox, PlacedPoint

GREEN = (26, 152, 80)
ORANGE = (244, 109, 0)


def blank(width: int = 100, height: int = 80) -> Image.Image:
    return Image.new("RGB", (width, height), "white")


def test_a_box_is_drawn_on_its_edge() -> None:
    picture = draw([blank()], [Mark(PlacedBox(10, 20, 60, 70), Ink.KNOWN)])
    scale = scale_of(blank())
    assert picture.getpixel((round(35 * scale), round(20 * scale) - 3)) == GREEN
    assert picture.getpixel((round(35 * scale), round(45 * scale))) == (255, 255, 255)


def test_a_right_box_does_not_cover_the_known_one() -> None:
    place = PlacedBox(10, 20, 60, 70)
    picture = draw([blank()], [Mark(place, Ink.KNOWN), Mark(place, Ink.MODEL)])
    colors = {picture.getpixel((140, y)) for y in range(60, 100)}
    assert {GREEN, ORANGE} <= colors


def test_a_point_is_drawn_where_it_is() -> None:
    picture = draw([blank()], [Mark(PlacedPoint(50, 40), Ink.MODEL)])
    assert picture.getpixel((round(50 * scale_of(blank())), round(40 * scale_of(blank())))) == ORANGE


def test_a_small_picture_is_enlarged() -> None:
    assert draw([blank(20, 20)], []).size == (320, 320)


def test_a_large_picture_is_made_smaller() -> None:
    assert max(draw([blank(4000, 3000)], []).size) == 960


def test_several_images_stand_side_by_side_with_their_own_marks() -> None:
    picture = draw([blank(400, 400), blank(400, 400)], [Mark(PlacedPoint(200, 200, 1), Ink.MODEL)])
    assert picture.getpixel((200, 200)) == (255, 255, 255)
    assert picture.getpixel((picture.width - 200, 200)) == ORANGE


def test_a_mark_on_an_image_that_is_not_there_is_left_out() -> None:
    marked = draw([blank()], [Mark(PlacedPoint(5, 5, 3), Ink.MODEL)])
    assert marked.tobytes() == draw([blank()], []).tobytes()


@pytest.mark.parametrize("far", [1e12, -1e12, math.nan, math.inf])
def test_whatever_a_model_says_can_be_drawn(far: float) -> None:
    marks = [Mark(PlacedPoint(far, 3), Ink.MODEL, 1), Mark(PlacedBox(far, 0, 3, far), Ink.MODEL, is_dashed=True)]
    assert draw([blank()], marks).size == (400, 320)


def test_no_images_give_an_empty_sheet() -> None:
    assert draw([], []).size == (1, 1)


def test_looks_stand_under_a_wide_picture_and_beside_a_high_one() -> None:
    looks = [Look(Image.new("RGB", (80, 80), "red"), number) for number in range(1, 4)]
    under, beside = with_looks(blank(340, 200), looks), with_looks(blank(340, 340), looks)
    assert under.size == (340, 200 + 2 * 162)
    assert under.getpixel((75, 300)) == (255, 0, 0)
    assert beside.size == (340 + 2 * 162, 340)
    assert beside.getpixel((450, 75)) == (255, 0, 0)
    assert with_looks(blank(), []).size == (100, 80)
