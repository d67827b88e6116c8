import pytest

from data.benchmarks.published.naming import named_image


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("Locate this object in the 1th image. ", 0),
        ("in the first image(<|box_start|>(1,2),(3,4)<|box_end|>). Locate it in the 5th image.", 4),
        ("where does the object in image-1 locate in the image-2.", 1),
        ("Find it in Image-2. Find it and locate it in the second image. ", 1),
        ("Please locate the 2th region picture in the source image. ", 0),
        ("It's in the tenth image.", 9),
        ("Compare these two images and give me their difference.", None),
        ("the images first in line", None),
    ],
)
def test_the_image_that_a_text_names_last_counts(text: str, index: int | None) -> None:
    assert named_image(text) == index
