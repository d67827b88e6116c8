"""Pictures: stored images, and crops of them, as data URLs.

Stored bytes are sent as they are where every reader sees the same in them: common formats, upright, 8 bits, no transparency. Others
are sent as the PNG of what ``data.images`` sees, so that coordinates mean the same on both sides. A crop is no file: it is made anew of
its image, its point and its settings, and sent as PNG.
"""

from __future__ import annotations

import base64
import io
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from PIL import Image

from data.cropping import ZoomConfig, crop_image
from data.evidence import cut
from data.images import open_image, orientation, png
from data.store.images import ImageReader
from data.trace import PlacedBox

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

    def crop_url(self, crop: Mapping[str, Any]) -> str:
        """The crop around ``(x, y)``, pixels of the image ``image_id``, by the settings ``zoom``, or its ``window``, as a data URL."""
        image = self._images.open(crop["image_id"])
        if "window" in crop:
            return _url(MEDIA_TYPES["PNG"], png(cut(image, PlacedBox(*crop["window"]))))
        return _url(MEDIA_TYPES["PNG"], png(crop_image(image, crop["x"], crop["y"], ZoomConfig.model_validate(crop["zoom"]))))


def data_url(stored: bytes) -> str:
    """Image bytes as a data URL. Raises ``UnreadableImageError``."""
    with Image.open(io.BytesIO(stored)) as image:
        plain = image.mode == "RGB" and orientation(image) == 1 and "transparency" not in image.info
        media_type = MEDIA_TYPES.get(str(image.format)) if plain else None
    if media_type is None:
        media_type, stored = MEDIA_TYPES["PNG"], png(open_image(stored))
    return _url(media_type, stored)


def _url(media_type: str, stored: bytes) -> str:
    return f"data:{media_type};base64,{base64.b64encode(stored).decode()}"
