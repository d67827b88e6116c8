"""Plugin: a closer look shows noise, of the size that the crop would have."""

from __future__ import annotations

import numpy as np
from PIL import Image

from data.cropping import ZoomConfig, crop_image
from data.identity import digest
from models.student import crops


def noise_image(image: Image.Image, x: float, y: float, config: ZoomConfig) -> Image.Image:
    """Uniform noise, the same for the same look. Raises ``ValueError`` where the point lies off the image."""
    size = crop_image(image, x, y, config).size
    chance = np.random.default_rng(int(digest("noise", x, y)[:8], 16))
    return Image.fromarray(chance.integers(0, 256, (size[1], size[0], 3), dtype=np.uint8))


setattr(crops, "crop_image", noise_image)  # noqa: B010
