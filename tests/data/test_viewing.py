import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.space import Space
from data.viewing import ViewConfig, smart_resize

VIEW = ViewConfig(min_pixels=56 * 56, max_pixels=448 * 448)
SIDES = st.integers(min_value=28, max_value=3000)


@given(width=SIDES, height=SIDES)
def test_a_resized_image_keeps_its_limits(width: int, height: int) -> None:
    wide, high = smart_resize(width, height, VIEW)
    assert wide % VIEW.factor == high % VIEW.factor == 0
    assert wide * high <= VIEW.max_pixels or VIEW.factor in (wide, high)
    assert wide * high >= VIEW.min_pixels


@pytest.mark.parametrize(
    ("space", "model"),
    [
        ("pixel", Space.pixels(640, 480)),
        ("unit", Space.unit()),
        ("grid:1000", Space.grid(1000)),
        ("resized", Space.resized(504, 364)),
    ],
)
def test_a_frame_pairs_stored_pixels_with_the_space_of_the_view(space: str, model: Space) -> None:
    frame = VIEW.model_copy(update={"space": space}).frame(640, 480)
    assert (frame.stored, frame.model) == (Space.pixels(640, 480), model)


def test_an_image_too_long_to_resize_is_named() -> None:
    with pytest.raises(ValueError, match="image 5700x28 has an aspect ratio over 200"):
        smart_resize(5700, 28, VIEW)


def test_images_of_several_sizes_have_each_its_frame() -> None:
    view = ViewConfig(space="unit")
    assert view.frames([(40, 30), (80, 60)]) == (view.frame(40, 30), view.frame(80, 60))
