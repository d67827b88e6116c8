"""Pictures: stored images as data URLs.

Stored bytes are sent as they are where every reader sees the same in them: common formats, upright, 8 bits, no transparency. Others
are sent as the PNG of what ``data.images`` sees, so that coordinates mean the same on both sides.
"""

from __future__ import annotations

import base64
import io
from collections import OrderedDict

from PIL import Image

from data.images import open_image, orientation, png
from data.store.images import ImageReader

MEDIA_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
HELD = 256


class StoredPictures:
    """Data URLs of the images of a store; the last ones are held."""

    def __init__(self, images: ImageReader) -> None:
        self._images = images
        self._held: OrderedDict[str, str] = OrderedDict()

    def url(self, image_id: str) -> str:
        """The image as a data URL."""
        if image_id not in self._held:
            self._held[image_id] = data_url(self._images.bytes(image_id))
            while len(self._held) > HELD:
                self._held.popitem(last=False)
        self._held.move_to_end(image_id)
        return self._held[image_id]


def data_url(stored: bytes) -> str:
    """Image bytes as a data URL. Raises ``UnreadableImageError``."""
    with Image.open(io.BytesIO(stored)) as image:
        plain = image.mode == "RGB" and orientation(image) == 1 and "transparency" not in image.info
        media_type = MEDIA_TYPES.get(str(image.format)) if plain else None
    if media_type is None:
        media_type, stored = MEDIA_TYPES["PNG"], png(open_image(stored))
    return f"data:{media_type};base64,{base64.b64encode(stored).decode()}"
