"""Images: stored bytes read as a model should see them.

The stored bytes are never changed. An *oriented* image has its EXIF orientation applied, so that width, height and coordinates are
those a person sees. Everything becomes 8-bit RGB: 16 bits are scaled, CMYK converted, transparency laid on white, and of an
animation the first frame is taken.
"""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
from PIL import ExifTags, Image, UnidentifiedImageError

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "PPM", "JPEG2000", "AVIF")
"""Raster formats that Pillow decodes by itself; others (EPS) would start foreign programs."""
DECODE_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    KeyError,
    IndexError,
    TypeError,
    OverflowError,
    MemoryError,
    RuntimeError,
    struct.error,
    zlib.error,
)
"""What Pillow's decoders raise on damaged bytes."""

TRANSPOSITIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What sets an image of each EXIF orientation upright (EXIF 2.32, tag 0x0112)."""


class UnreadableImageError(ValueError):
    """Bytes that are no image Pillow can decode."""


class EnormousImageError(UnreadableImageError):
    """An image of more pixels than allowed; it was not decoded."""


class Description(NamedTuple):
    """What an image is: its format in Pillow's words and its oriented size in pixels."""

    format: str
    width: int
    height: int


def open_image(stored: bytes) -> Image.Image:
    """The oriented RGB image. Raises ``UnreadableImageError``."""
    with _decoding(stored) as image:
        return _upright(_rgb(image), orientation(image))


def png(image: Image.Image) -> bytes:
    """The image as PNG bytes, the same for the same pixels."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def orientation(image: Image.Image) -> int:
    """The EXIF orientation; 1, upright, where there is none or the metadata is damaged."""
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except DECODE_ERRORS:
        return 1


def describe(stored: bytes, max_pixels: int | None = None) -> Description:
    """Format and oriented size, after decoding the whole image once to be sure that it can be.

    Raises ``EnormousImageError`` above ``max_pixels`` (before decoding) and ``UnreadableImageError``.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        kind = _check_size(stored, max_pixels)
        return Description(kind, *open_image(stored).size)


def _check_size(stored: bytes, max_pixels: int | None) -> str:
    with _decoding(stored) as image:
        width, height, kind = *image.size, str(image.format)
    if max_pixels is not None and width * height > max_pixels:
        raise EnormousImageError(f"image {width}x{height} has {width * height} pixels, over the limit of {max_pixels}")
    return kind


@contextmanager
def _decoding(stored: bytes) -> Iterator[Image.Image]:
    """The image of stored bytes; what Pillow raises on damaged ones, the reason in words that are the same at every try."""
    try:
        with Image.open(io.BytesIO(stored), formats=FORMATS) as image:
            yield image
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise EnormousImageError(str(error)) from error
    except UnidentifiedImageError as error:
        raise UnreadableImageError(f"{len(stored)} bytes are no readable image: their format is none of {', '.join(FORMATS)}") from error
    except DECODE_ERRORS as error:
        raise UnreadableImageError(f"{len(stored)} bytes are no readable image: {error}") from error


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    return image.transpose(TRANSPOSITIONS[orientation]) if orientation in TRANSPOSITIONS else image


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I") or image.mode == "F":
        return _scaled(image).convert("RGB")
    if image.mode in {"RGBA", "LA", "PA", "La", "RGBa"} or "transparency" in image.info:
        layer = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("RGB")
    return image.convert("RGB")


def _scaled(image: Image.Image) -> Image.Image:
    """16-bit and floating-point grey as 8-bit grey: 0..65535, or 0..1 for floats no larger than 1."""
    values = np.nan_to_num(np.asarray(image, dtype=np.float64))
    scale = 1 / 257 if image.mode != "F" else 255 if values.max(initial=0) <= 1 else 1
    return Image.fromarray(np.clip(np.rint(values * scale), 0, 255).astype(np.uint8))
