"""Crops: the closer looks that students take, each made once for as long as it is held.

A crop is never stored; it is made from the whole image, the point and the settings (``data.cropping``). The same look gives the same image
object, so that a processor that reads each image once reads a crop once too: where it is shown, where it is scored and in the loss.
"""

from __future__ import annotations

from collections import OrderedDict

from PIL import Image

from data.cropping import ZoomConfig, crop_image, window
from data.trace import PlacedPoint

CROPS_HELD = 2_048


class Crops:
    """Makes crops by one setting, and holds the latest."""

    def __init__(self, zoom: ZoomConfig, held: int = CROPS_HELD) -> None:
        self.zoom = zoom
        self._most = held
        self._held: OrderedDict[tuple[int, float, float], tuple[Image.Image, Image.Image]] = OrderedDict()

    def take(self, image: Image.Image, point: PlacedPoint) -> Image.Image:
        """The crop around a point in pixels of the image. Raises ``ValueError`` where the point lies off the image."""
        key = (id(image), point.x, point.y)
        if key in self._held:
            self._held.move_to_end(key)
            return self._held[key][1]
        crop = crop_image(image, point.x, point.y, self.zoom)
        self._held[key] = image, crop
        if len(self._held) > self._most:
            self._held.popitem(last=False)
        return crop

    def window(self, image: Image.Image, point: PlacedPoint) -> tuple[int, int, int, int]:
        """What the crop around a point shows, in pixels of the image. Raises ``ValueError`` where the point lies off the image."""
        return window(point.x, point.y, image.width, image.height, self.zoom)
