from __future__ import annotations

import base64
import io
from pathlib import Path

import pytest
from PIL import ExifTags, Image

from data.cropping import ZoomConfig, crop_image
from data.store import Store
from data.store.images import ImageReader
from models.teacher.pictures import StoredPictures, data_url
from tests.models.teacher.generating import store_images


def encoded(image: Image.Image, kind: str, orientation: int | None = None) -> bytes:
    buffer, exif = io.BytesIO(), Image.Exif()
    if orientation is not None:
        exif[ExifTags.Base.Orientation] = orientation
    image.save(buffer, kind, exif=exif)
    return buffer.getvalue()


def decoded(url: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2])))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_plain_images_are_sent_as_they_are_stored(kind: str) -> None:
    stored = encoded(Image.new("RGB", (8, 6), "red"), kind)
    assert data_url(stored) == f"data:image/{kind.lower()};base64,{base64.b64encode(stored).decode()}"


def test_a_turned_photograph_is_sent_upright() -> None:
    url = data_url(encoded(Image.new("RGB", (8, 6), "red"), "JPEG", orientation=6))
    assert url.startswith("data:image/png;")
    assert decoded(url).size == (6, 8)


@pytest.mark.parametrize(("mode", "kind"), [("CMYK", "JPEG"), ("P", "PNG"), ("I;16", "PNG"), ("RGBA", "PNG"), ("RGB", "TIFF")])
def test_what_readers_may_see_differently_is_sent_as_plain_png(mode: str, kind: str) -> None:
    image = decoded(data_url(encoded(Image.new(mode, (8, 6)), kind)))
    assert (image.mode, image.format, image.size) == ("RGB", "PNG", (8, 6))


def test_a_crop_is_that_of_the_stored_image_at_its_point(tmp_path: Path) -> None:
    store, image = Store.open(tmp_path / "store"), Image.linear_gradient("L").convert("RGB")
    store_images(store, {"img_a": (encoded(image, "PNG"), *image.size)})
    zoom = ZoomConfig(half_px=20, side_px=64)
    crop = {"image_id": "img_a", "x": 100.0, "y": 50.0, "zoom": zoom.model_dump(mode="json")}
    assert decoded(StoredPictures(ImageReader(store)).crop_url(crop)).tobytes() == crop_image(image, 100, 50, zoom).tobytes()
