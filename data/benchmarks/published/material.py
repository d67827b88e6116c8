"""Material: where a published data set lies, a local folder or file, or a data set of the hub.

What loaders share: finding files, reading their records, reading images, and saying what is missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.sources.config import PublishedConfig
from data.sources.files import ImageFolder, read_json_rows
from data.sources.problem import Reject, SourceError, SourceImage

Records = Iterator[tuple[str, dict[str, Any]] | Reject]
"""Locator and record, or why a line is none."""


@dataclass(frozen=True, slots=True)
class Material:
    """The files of one published data set, as a recipe says where they are."""

    config: PublishedConfig
    max_pixels: int

    @property
    def root(self) -> Path:
        """The folder that files are looked for in. Raises ``SourceError`` where the recipe names none."""
        path = self.config.path
        if path is None:
            raise SourceError(f"{self.config.name}: no path is set; say where its files are")
        return path if path.is_dir() else path.parent

    @property
    def images(self) -> ImageFolder:
        """The folder that image paths are relative to."""
        return ImageFolder(self.config.images or self.root, self.max_pixels)

    def json(self, *names: str) -> Records:
        """The records of a file: that of ``path``, or the first of these names (or globs) that is in the folder; JSON list or JSON lines.

        Raises ``SourceError`` naming the folder and every name that was looked for.
        """
        return read_json_rows(self.file(*names))

    def file(self, *names: str) -> Path:
        """The file of ``path``, or the first of these names (or globs) that is in the folder. Raises ``SourceError``."""
        path = self.config.path
        if path is not None and path.is_file():
            return path
        found = next((found for name in names for found in sorted(self.root.glob(name))), None)
        if found is None:
            raise SourceError(f"{self.config.name}: {self.root.absolute()} holds none of {', '.join(names)}")
        return found

    def image(self, path: str) -> SourceImage:
        """The image that a record names by a path. Raises ``RowError``."""
        return self.images.read(path)
