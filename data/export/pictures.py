"""Pictures: stored images as other trainers open them.

Others open a file with Pillow and leave its EXIF orientation, its transparency and its 16 bits as they are, or not as ``data.images``
does. Coordinates are those of the upright image, so what is not upright 8-bit RGB or grey becomes a PNG that is.
"""

from __future__ import annotations

import io
from typing import NamedTuple

from PIL import Image

from data.images import open_image, orientation, png

SUFFIXES = {"PNG": "png", "JPEG": "jpg"}
PLAIN_MODES = {"RGB", "L"}


class Picture(NamedTuple):
    """The bytes of an image file and its suffix without a dot."""

    content: bytes
    suffix: str


def picture(stored: bytes) -> Picture:
    """The stored bytes as they are where every reader sees the same in them, else an upright RGB PNG."""
    with Image.open(io.BytesIO(stored)) as image:
        is_plain = image.mode in PLAIN_MODES and "transparency" not in image.info and orientation(image) == 1
        suffix = SUFFIXES.get(image.format or "")
    if suffix is not None and is_plain:
        return Picture(stored, suffix)
    return Picture(png(open_image(stored)), SUFFIXES["PNG"])
