import contextlib
import io
import random
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from data.images import EnormousImageError, UnreadableImageError, describe, open_image
from data.sources.problem import SourceImage

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
RED, BLUE = (255, 0, 0), (0, 0, 255)


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def left_red_right_blue() -> Image.Image:
    image = Image.new("RGB", (40, 20), RED)
    image.paste(BLUE, (20, 0, 40, 20))
    return image


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def near(pixel: object, color: tuple[int, int, int], tolerance: int = 12) -> bool:
    return bool(np.abs(np.subtract(pixel, color)).max() <= tolerance)  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("orientation", "size", "first", "last"),
    [
        (1, (40, 20), RED, BLUE),
        (2, (40, 20), BLUE, RED),
        (3, (40, 20), BLUE, RED),
        (4, (40, 20), RED, BLUE),
        (5, (20, 40), RED, BLUE),
        (6, (20, 40), RED, BLUE),
        (7, (20, 40), BLUE, RED),
        (8, (20, 40), BLUE, RED),
    ],
)
def test_exif_orientation_sets_an_image_upright(
    orientation: int, size: tuple[int, int], first: tuple[int, int, int], last: tuple[int, int, int]
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = encoded(left_red_right_blue(), "JPEG", exif=exif, quality=95, subsampling=0)
    image = open_image(stored)
    assert image.size == size
    assert describe(stored)[1:] == size
    assert near(image.getpixel((2, 2)), first)
    assert near(image.getpixel((size[0] - 3, size[1] - 3)), last)


def test_a_damaged_orientation_leaves_the_image_as_it_is() -> None:
    stored = encoded(left_red_right_blue(), "JPEG", exif=b"Exif\0\0MM\0\x2a\xff\xff\xff\xff")
    assert describe(stored) == ("JPEG", 40, 20)


def test_cmyk_is_read_as_its_colors() -> None:
    stored = encoded(left_red_right_blue().convert("CMYK"), "JPEG", quality=95, subsampling=0)
    image = open_image(stored)
    assert image.mode == "RGB"
    assert near(image.getpixel((2, 2)), RED)
    assert near(image.getpixel((37, 17)), BLUE)


def test_sixteen_bit_grey_is_scaled_not_clipped() -> None:
    grey = np.array([[0, 0x8080, 0xFFFF]], dtype=np.uint16)
    for kind in ("PNG", "TIFF"):
        image = open_image(encoded(Image.fromarray(grey), kind))
        assert [image.getpixel((x, 0)) for x in range(3)] == [(0,) * 3, (128,) * 3, (255,) * 3]


def test_sixteen_bit_color_keeps_its_colors() -> None:
    header = struct.pack(">IIBBBBB", 2, 1, 16, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" + struct.pack(">6H", 0xFFFF, 0, 0, 0x8000, 0x8000, 0x8000))
    stored = PNG_SIGNATURE + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    image = open_image(stored)
    assert (image.getpixel((0, 0)), image.getpixel((1, 0))) == (RED, (128, 128, 128))


def test_floating_point_grey_between_zero_and_one_is_scaled() -> None:
    image = open_image(encoded(Image.fromarray(np.array([[0.0, 0.5, 1.0]], dtype=np.float32)), "TIFF"))
    assert [image.getpixel((x, 0)) for x in range(3)] == [(0,) * 3, (128,) * 3, (255,) * 3]


def test_a_palette_with_transparency_is_laid_on_white() -> None:
    palette = Image.new("P", (2, 1), 1)
    palette.putpalette([0, 0, 0, 255, 0, 0])
    palette.putpixel((0, 0), 0)
    image = open_image(encoded(palette, transparency=b"\x00\xff"))
    assert (image.getpixel((0, 0)), image.getpixel((1, 0))) == ((255, 255, 255), RED)


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparent_pixels_are_white(mode: str) -> None:
    image = open_image(encoded(Image.new(mode, (3, 3), 0)))
    assert image.getpixel((1, 1)) == (255, 255, 255)


def test_one_bit_and_animated_images_are_read() -> None:
    assert open_image(encoded(Image.new("1", (3, 3), 1))).getpixel((0, 0)) == (255, 255, 255)
    frames = [Image.new("RGB", (4, 4), color) for color in (RED, BLUE)]
    assert open_image(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])).getpixel((0, 0)) == RED


@pytest.mark.parametrize("stored", [b"", b"no image", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 1 1\n"])
def test_what_is_no_raster_image_is_unreadable(stored: bytes) -> None:
    with pytest.raises(UnreadableImageError, match=f"{len(stored)} bytes are no readable image"):
        describe(stored)


def test_unknown_bytes_are_unreadable_in_the_same_words_every_time() -> None:
    said = []
    for _ in range(2):
        with pytest.raises(UnreadableImageError) as raised:
            open_image(b"hello")
        said.append(str(raised.value))
    assert said[0] == said[1]


def test_a_cut_image_is_unreadable() -> None:
    stored = encoded(Image.effect_noise((64, 64), 50))
    with pytest.raises(UnreadableImageError):
        describe(stored[: len(stored) // 2])


def test_an_image_over_the_limit_is_enormous_before_it_is_decoded() -> None:
    stored = encoded(left_red_right_blue())
    assert describe(stored, max_pixels=800).width == 40
    with pytest.raises(EnormousImageError, match="40x20 has 800 pixels, over the limit of 799"):
        describe(stored, max_pixels=799)


@pytest.mark.parametrize("side", [10_000, 40_000])
def test_a_decompression_bomb_is_enormous(side: int) -> None:
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    bomb = PNG_SIGNATURE + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    with pytest.raises(EnormousImageError):
        describe(bomb)


def test_stored_bytes_stay_as_they_are() -> None:
    stored = encoded(left_red_right_blue(), "WEBP")
    image = SourceImage.read(stored)
    assert (image.stored, image.format, image.width) == (stored, "WEBP", 40)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP", "GIF", "BMP", "PPM", "JPEG2000", "AVIF"])
def test_damaged_bytes_are_read_or_unreadable_and_nothing_else(kind: str) -> None:
    whole = encoded(Image.effect_noise((24, 24), 60).convert("RGB"), kind)
    rng = random.Random(kind)
    for _ in range(150):
        damaged = bytearray(whole)
        for _ in range(rng.randint(1, 6)):
            damaged[rng.randrange(min(len(damaged), 200))] = rng.randrange(256)
        with contextlib.suppress(UnreadableImageError):
            assert describe(bytes(damaged), 10**6).width > 0
