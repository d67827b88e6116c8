from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pydantic import ValidationError

from data.cropping import PUBLISHED, Border, ZoomConfig, crop_image, window

SCREEN = PUBLISHED["gui_finetuned"]


@pytest.mark.parametrize(
    ("point", "expected"),
    [
        ((500, 400), (400, 300, 600, 500)),
        ((0, 0), (0, 0, 100, 100)),
        ((1000, 800), (900, 700, 1000, 800)),
        ((30, 790), (0, 690, 130, 800)),
    ],
)
def test_the_published_window_is_cut_at_the_border(point: tuple[int, int], expected: tuple[int, ...]) -> None:
    assert window(*point, 1000, 800, SCREEN) == expected


@pytest.mark.parametrize(
    ("point", "expected"),
    [
        ((500, 400), (400, 300, 600, 500)),
        ((0, 0), (0, 0, 200, 200)),
        ((1000, 800), (800, 600, 1000, 800)),
        ((30, 790), (0, 600, 200, 800)),
    ],
)
def test_a_shifted_window_keeps_its_sides(point: tuple[int, int], expected: tuple[int, ...]) -> None:
    assert window(*point, 1000, 800, ZoomConfig(half_px=100)) == expected


@pytest.mark.parametrize("border", Border)
def test_an_image_smaller_than_the_window_is_seen_whole(border: Border) -> None:
    assert window(10, 5, 40, 30, ZoomConfig(half_px=100, border=border)) == (0, 0, 40, 30)
    assert window(1, 1, 1, 1, ZoomConfig(half_px=100, border=border)) == (0, 0, 1, 1)


def test_without_pixels_the_window_goes_by_the_longer_side() -> None:
    config = ZoomConfig(half_share=0.125)
    assert window(56, 56, 112, 112, config) == (42, 42, 70, 70)
    assert window(320, 213, 640, 427, config) == (240, 133, 400, 293)
    assert window(0, 0, 2, 2, config) == (0, 0, 2, 2)


@pytest.mark.parametrize("point", [(-1, 5), (5, 31), (40.5, 5), (float("nan"), 5)])
def test_a_point_off_the_image_is_an_error_that_names_both(point: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match=re.escape(f"({point[0]:g}, {point[1]:g}) lies off the image of 40x30")):
        window(*point, 40, 30, ZoomConfig())


@given(st.data(), st.integers(1, 400), st.integers(1, 400), st.integers(1, 300), st.sampled_from(Border))
def test_a_window_lies_on_the_image_and_holds_the_point(data: st.DataObject, width: int, height: int, half: int, border: Border) -> None:
    x, y = data.draw(st.floats(0, width)), data.draw(st.floats(0, height))
    left, top, right, bottom = window(x, y, width, height, ZoomConfig(half_px=half, border=border))
    assert 0 <= left < right <= width
    assert 0 <= top < bottom <= height
    assert left - 0.5 <= x <= right + 0.5
    assert top - 0.5 <= y <= bottom + 0.5


def test_a_clamped_crop_is_a_square_and_a_shifted_one_keeps_proportions() -> None:
    image = Image.new("RGB", (400, 100), "white")
    assert crop_image(image, 0, 0, ZoomConfig(half_px=80, side_px=384, border=Border.CLAMP)).size == (384, 384)
    assert crop_image(image, 0, 0, ZoomConfig(half_px=80, side_px=384)).size == (384, 240)


def test_a_crop_shows_what_lies_around_the_point() -> None:
    image = Image.new("RGB", (100, 60), "red")
    image.paste("blue", (75, 35, 100, 60))
    crop = crop_image(image, 100, 60, ZoomConfig(half_share=0.125, side_px=336))
    assert crop.getcolors() == [(336 * 336, (0, 0, 255))]


def test_the_dot_is_on_the_point_and_the_image_stays_as_it_was() -> None:
    image = Image.new("RGB", (100, 100), "black")
    crop = crop_image(image, 10, 90, ZoomConfig(half_px=20, side_px=40, dot=True))
    assert crop.getpixel((10, 30)) == (255, 0, 0)
    assert crop.getpixel((10, 36)) == (255, 255, 255)
    assert crop.getpixel((10, 20)) == (0, 0, 0)
    assert image.getcolors() == [(10_000, (0, 0, 0))]


def test_settings_that_show_nothing_are_refused() -> None:
    for wrong in ({"half_px": 0}, {"half_share": 0}, {"side_px": 0}, {"border": "wrap"}):
        with pytest.raises(ValidationError):
            ZoomConfig.model_validate(wrong)
