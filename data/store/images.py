"""Image reader: stored images by id, from one version of the table ``images`` or from all of them."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
from PIL import Image

from data.images import open_image
from data.store.errors import StoreError
from data.store.manifest import Version
from data.store.store import Store

if TYPE_CHECKING:
    from pathlib import Path

GROUPS_HELD = 4
"""Row groups kept in memory, of 1,000 images each."""


class ImageReader:
    """Finds images by id; the ids and sizes are read once, the bytes a row group at a time."""

    def __init__(self, store: Store, version: Version | None = None) -> None:
        self._places: dict[str, tuple[Path, int, int]] = {}
        self._sizes: dict[str, tuple[int, int]] = {}
        self._held: OrderedDict[tuple[Path, int], list[bytes]] = OrderedDict()
        versions = store.versions("images") if version is None else [version]
        for path in {path: None for one in versions for path in store.paths(one)}:
            self._index(path)

    def __contains__(self, image_id: str) -> bool:
        return image_id in self._places

    def bytes(self, image_id: str) -> bytes:
        """The stored bytes. Raises ``StoreError`` on an id that is not there."""
        path, group, row = self._place(image_id)
        if (path, group) not in self._held:
            with pq.ParquetFile(path) as file:
                stored = file.read_row_group(group, columns=["bytes"]).column("bytes").to_pylist()
            self._held[path, group] = [content or b"" for content in stored]
            while len(self._held) > GROUPS_HELD:
                self._held.popitem(last=False)
        self._held.move_to_end((path, group))
        return self._held[path, group][row]

    def open(self, image_id: str) -> Image.Image:
        """The image as RGB after its EXIF orientation."""
        return open_image(self.bytes(image_id))

    def size(self, image_id: str) -> tuple[int, int]:
        """Width and height in pixels after the EXIF orientation."""
        self._place(image_id)
        return self._sizes[image_id]

    def _place(self, image_id: str) -> tuple[Path, int, int]:
        if image_id not in self._places:
            raise StoreError(f"there is no image {image_id} among the {len(self._places)} in reach")
        return self._places[image_id]

    def _index(self, path: Path) -> None:
        with pq.ParquetFile(path) as file:
            for group in range(file.num_row_groups):
                rows = file.read_row_group(group, columns=["image_id", "width", "height"]).to_pylist()
                for number, row in enumerate(rows):
                    self._places.setdefault(row["image_id"], (path, group, number))
                    self._sizes.setdefault(row["image_id"], (row["width"], row["height"]))
