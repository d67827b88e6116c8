"""Files: what a source reads from a folder, without ever leaving it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from data.sources.problem import Reason, Reject, RowError, SourceError, SourceImage

BYTES_PER_PIXEL = 16
"""No uncompressed image of an allowed size is larger than this times its pixels (four channels of 32 bits)."""


@dataclass(frozen=True, slots=True)
class ImageFolder:
    """A folder whose images rows name by relative paths."""

    root: Path
    max_pixels: int

    def read(self, path: str) -> SourceImage:
        """The image at a path relative to the folder. Raises ``RowError``."""
        file = self._resolve(path)
        try:
            if not file.is_file():
                raise RowError(Reason.MISSING_IMAGE, f"there is no image {path} in {self.root}")
            if file.stat().st_size > self.max_pixels * BYTES_PER_PIXEL:
                raise RowError(Reason.ENORMOUS_IMAGE, f"{path} has {file.stat().st_size} bytes, too many for {self.max_pixels} pixels")
            stored = file.read_bytes()
        except OSError as error:
            raise RowError(Reason.MISSING_IMAGE, f"image {path} in {self.root} cannot be read: {error.strerror}") from error
        return SourceImage.read(stored, path, self.max_pixels)

    def _resolve(self, path: str) -> Path:
        """The file behind a path, links followed."""
        posix, windows = PurePosixPath(path), PureWindowsPath(path)
        if not path or "\0" in path:
            raise RowError(Reason.WRONG_TYPE, f"{path!r} is no path")
        if posix.is_absolute() or windows.is_absolute() or windows.drive or ".." in (*posix.parts, *windows.parts):
            raise RowError(Reason.PATH_LEAVES_FOLDER, f"path {path} leaves the folder {self.root}")
        try:
            file = (self.root / path).resolve()
        except (OSError, RuntimeError) as error:
            raise RowError(Reason.MISSING_IMAGE, f"path {path} in {self.root} cannot be followed: {error}") from error
        if not file.is_relative_to(self.root.resolve()):
            raise RowError(Reason.PATH_LEAVES_FOLDER, f"path {path} leads through a link to {file}, outside the folder {self.root}")
        return file


def read_json_rows(path: Path) -> Iterator[tuple[str, dict[str, Any]] | Reject]:
    """Locator and object of each line of a JSONL, or of each item of a ``.json`` list. Raises ``SourceError`` without the file."""
    if not path.is_file():
        raise SourceError(f"there is no file {path.absolute()}")
    lines = _items(path) if path.suffix == ".json" else _lines(path)
    for number, text in lines:
        locator = f"{path.name}:{number}"
        try:
            yield locator, _row(text)
        except RowError as error:
            yield Reject(locator, error.reason, error.detail)


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield number, line


def _items(path: Path) -> Iterator[tuple[int, bytes]]:
    try:
        items = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{path} is not JSON: {error}") from error
    if not isinstance(items, list):
        raise SourceError(f"{path} should hold a list of rows, not a JSON {type(items).__name__}")
    for number, item in enumerate(items, start=1):
        yield number, json.dumps(item).encode()


def _row(text: bytes) -> dict[str, Any]:
    try:
        row = json.loads(text.decode("utf-8-sig"))
        json.dumps(row, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise RowError(Reason.BAD_JSON, f"the line is not JSON: {error}") from error
    if not isinstance(row, dict):
        raise RowError(Reason.BAD_JSON, f"the line should be a JSON object, not {type(row).__name__}")
    return row
