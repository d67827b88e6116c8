"""Output: a file that a command writes where a person says, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data.store.files import FULL, replaced
from flows.errors import OutputError


@contextmanager
def written(path: Path) -> Iterator[Path]:
    """A file to write to, which takes the place of ``path`` at the end of the block; a device is itself. Raises ``OutputError``."""
    check_output(path)
    try:
        if _is_device(path):
            yield path
            return
        with replaced(path.absolute()) as part:
            yield part
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise OutputError(f"{path} cannot be written: {FULL[error.errno]}") from error


def check_output(path: Path) -> None:
    """Raise ``OutputError`` unless a file may be written there; folders on the way to it need not be there."""
    try:
        problem = _problem(path.absolute())
    except OSError as error:
        problem = error.strerror
    if problem is not None:
        raise OutputError(f"{path} cannot be written: {problem}")


def _problem(path: Path) -> str | None:
    if path.is_dir():
        return "it is a folder"
    place = path if _is_device(path) else next(folder for folder in path.parents if folder.exists())
    if not (place == path or place.is_dir()):
        return f"{place} is a file and no folder"
    return None if os.access(place, os.W_OK) else f"{place} may not be written to"


def _is_device(path: Path) -> bool:
    return path.exists() and not path.is_file()
