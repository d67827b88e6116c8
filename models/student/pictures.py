"""Pictures: what a processor made of images, each looked at once.

A *picture* is one image as a model takes it. The same image object gives the same picture object for as long as it is held, so that
equal pictures can be told by identity.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from PIL import Image
from torch.nn import functional
from transformers import BatchFeature

HELD_BYTES = 1 << 30
"""Of pictures that are kept for when their image comes again."""
ONE_BY_ONE = {"pixel_values", "image_grid_thw", "pixel_attention_mask", "rows", "cols"}
"""What processors return that take images one by one: those of the Qwen-VL, Idefics3 and SmolVLM families."""
TILES = ("rows", "cols")
"""How an image was cut into tiles; the text wants to know, the model does not."""
IN_ROWS = "pixel_attention_mask"
"""Where a model takes this, its fields have a leading dimension for the rows of a batch, and pictures are the second."""


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One image as a model takes it; several, where a processor takes images only together."""

    fields: Mapping[str, torch.Tensor]
    """Such as ``pixel_values`` (patches, values) and ``image_grid_thw`` (1, 3)."""
    shown: tuple[Image.Image, ...]
    """The image itself."""
    tiles: Mapping[str, int] | None = None
    """Rows and columns that the image was cut into, by processors that cut."""

    @property
    def images(self) -> int:
        """How many images it shows."""
        return len(self.shown)

    @property
    def size(self) -> int:
        """Bytes."""
        return sum(value.nbytes for value in self.fields.values())


def join_pictures(pictures: Sequence[Picture]) -> dict[str, torch.Tensor]:
    """The fields of pictures, one after another; zeros fill up smaller ones where a model wants one size."""
    names = dict.fromkeys(name for picture in pictures for name in picture.fields)
    axis = int(IN_ROWS in names)
    return {name: _joined([picture.fields[name] for picture in pictures if name in picture.fields], axis) for name in names}


def distinct_pictures(pictures: Sequence[Picture]) -> tuple[list[Picture], list[int]]:
    """Each picture once, and for every picture the place of its first among them."""
    places: dict[int, int] = {}
    which = [places.setdefault(id(picture), len(places)) for picture in pictures]
    return list({id(picture): picture for picture in pictures}.values()), which


class PictureReader:
    """Stands before an image processor, is called as it is, and reads each image once."""

    def __init__(self, processor: Any, held_bytes: int = HELD_BYTES) -> None:
        self._processor, self._held_bytes = processor, held_bytes
        self._held: OrderedDict[int, tuple[Image.Image, Picture]] = OrderedDict()
        self._size = 0
        self._reads_one_by_one = True
        self.last: list[Picture] | None = []
        """The pictures of the last call; None where its images could only be read together."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._processor, name)

    def __call__(self, images: Any, **options: Any) -> Any:
        nested = isinstance(images[0], (list, tuple))
        flat = [image for row in images for image in row] if nested else list(images)
        self.last = self._read_all(flat, nested, options)
        if self.last is None:
            return self._processor(images, **options)
        tiles = {name: [[one.tiles[name] for one in self.last if one.tiles]] for name in TILES if self.last[0].tiles}
        return BatchFeature(join_pictures(self.last) | tiles)

    def _read_all(self, images: Sequence[Image.Image], nested: bool, options: Mapping[str, Any]) -> list[Picture] | None:
        pictures = []
        for image in images:
            if not self._reads_one_by_one:
                return None
            pictures.append(self._read(image, nested, options))
        return pictures if self._reads_one_by_one else None

    def _read(self, image: Image.Image, nested: bool, options: Mapping[str, Any]) -> Picture:
        if id(image) in self._held:
            self._held.move_to_end(id(image))
            return self._held[id(image)][1]
        made = dict(self._processor([[image]] if nested else [image], **options))
        self._reads_one_by_one = made.keys() <= ONE_BY_ONE
        tiles = {name: int(made.pop(name)[0][0]) for name in TILES if name in made}
        return self._hold(image, Picture(made, (image,), tiles or None))

    def _hold(self, image: Image.Image, picture: Picture) -> Picture:
        self._held[id(image)] = image, picture
        self._size += picture.size
        while self._size > self._held_bytes and self._held:
            _, (_, oldest) = self._held.popitem(last=False)
            self._size -= oldest.size
        return picture


def _joined(tensors: Sequence[torch.Tensor], axis: int) -> torch.Tensor:
    if len(tensors) == 1:
        return tensors[0]
    if len({tensor.shape[axis + 1 :] for tensor in tensors}) > 1:
        largest = [max(sides) for sides in zip(*(tensor.shape[axis + 1 :] for tensor in tensors), strict=True)]
        tensors = [_filled(tensor, largest) for tensor in tensors]
    return torch.cat(list(tensors), axis)


def _filled(tensor: torch.Tensor, sides: Sequence[int]) -> torch.Tensor:
    """Zeros after the last dimensions, up to these sides."""
    missing = [side - have for side, have in zip(sides, tensor.shape[tensor.ndim - len(sides) :], strict=True)]
    return functional.pad(tensor, [width for side in reversed(missing) for width in (0, side)])
