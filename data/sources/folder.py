"""Folder: images and a JSONL of problems beside them. The fields of a line are those of ``data.sources.row``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from data.sources.config import FolderConfig
from data.sources.files import ImageFolder, read_json_rows
from data.sources.problem import Problem, Reason, Reject, RowError, SourceError, SourceImage
from data.sources.row import RowReader


def read_folder(config: FolderConfig, max_pixels: int) -> Iterator[Problem | Reject]:
    """The problems of a folder, line by line. Raises ``SourceError`` where the folder or its file is absent."""
    if not config.path.is_dir():
        raise SourceError(f"there is no folder {config.path.absolute()}")
    folder = ImageFolder(config.path, max_pixels)
    reader = RowReader(config.dataset, config.split, lambda value: read_named(folder, value), config.space)
    for item in read_json_rows(config.path / config.file):
        yield item if isinstance(item, Reject) else read_row(reader, *item)


def read_row(reader: RowReader, locator: str, row: dict[str, Any]) -> Problem | Reject:
    """The problem of a row, or why it is none."""
    try:
        return reader.read(locator, row)
    except RowError as error:
        return Reject(locator, error.reason, error.detail)


def read_named(folder: ImageFolder, value: Any) -> SourceImage:
    """The image that a row names by a path. Raises ``RowError``."""
    if not isinstance(value, str):
        raise RowError(Reason.WRONG_TYPE, f"an image should be a path, not {value!r:.100}")
    return folder.read(value)
