import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from data.viewing import ViewConfig, smart_resize
from models.student.processor import apply_view, chat_template, resize_factor, view_of
from models.student.tiny.build import build_processor

TINY = ViewConfig(space="grid:100", factor=28, min_pixels=112 * 112, max_pixels=112 * 112)
VIEWS = [TINY, ViewConfig(), ViewConfig(min_pixels=28 * 28, max_pixels=448 * 448), ViewConfig(min_pixels=200_000, max_pixels=400_000)]
PROCESSOR = build_processor(TINY)


def seen_size(view: ViewConfig, width: int, height: int) -> tuple[int, int]:
    """What the real processor makes of an image of this size."""
    apply_view(PROCESSOR, view)
    images = PROCESSOR.image_processor
    _, high, wide = images(images=[Image.new("RGB", (width, height))], return_tensors="np")["image_grid_thw"][0].tolist()
    return wide * images.patch_size, high * images.patch_size


@settings(deadline=None, max_examples=60)
@given(view=st.sampled_from(VIEWS), width=st.integers(2, 700), height=st.integers(2, 700))
def test_a_view_knows_the_size_that_the_processor_makes(view: ViewConfig, width: int, height: int) -> None:
    if max(width, height) / min(width, height) <= 190:
        assert smart_resize(width, height, view) == seen_size(view, width, height)


@pytest.mark.parametrize("size", [(640, 480), (1000, 10), (13, 2000), (28, 28), (42, 42), (14, 70), (1600, 1200)])
def test_photographs_and_slivers_have_the_size_that_the_processor_makes(size: tuple[int, int]) -> None:
    assert smart_resize(*size, VIEWS[1]) == seen_size(VIEWS[1], *size)


def test_a_view_of_another_factor_is_refused_with_both_factors() -> None:
    with pytest.raises(ValueError, match=r"factor is 32.*multiples of 28"):
        apply_view(PROCESSOR, ViewConfig(factor=32))


def test_the_view_of_a_processor_is_what_it_was_given() -> None:
    apply_view(PROCESSOR, VIEWS[2])
    assert view_of(PROCESSOR) == VIEWS[2]
    assert resize_factor(PROCESSOR) == 28


def test_trl_knows_the_chat_template() -> None:
    from trl.chat_template_utils import qwen2_5_vl_chat_template

    assert chat_template("qwen2_5_vl") == qwen2_5_vl_chat_template


def test_an_unknown_chat_template_names_its_path() -> None:
    with pytest.raises(FileNotFoundError, match=r"chat_templates/nothing\.jinja"):
        chat_template("nothing")


def test_several_images_of_any_size_have_their_tokens_in_the_prompt() -> None:
    apply_view(PROCESSOR, TINY)
    content = [{"type": "image"}, {"type": "image"}, {"type": "text", "text": "Which?"}]
    text = PROCESSOR.apply_chat_template([{"role": "user", "content": content}], tokenize=False)
    inputs = PROCESSOR(text=[text], images=[[Image.new("RGB", (224, 224)), Image.new("RGB", (50, 50))]], return_tensors="pt")
    assert (inputs["input_ids"] == PROCESSOR.image_token_id).sum() == 32
