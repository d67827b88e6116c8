"""Folder: where an export goes, whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data.export.errors import ExportError
from data.store.files import sync_folder, sync_tree

MARK = "export.json"
"""The file that says of a folder that it is an export, and of what."""


@contextmanager
def export_folder(folder: Path, *, force: bool) -> Iterator[Path]:
    """A folder beside ``folder`` to write to, which takes its place at the end of the block; after an error ``folder`` is as it was.

    Raises ``ExportError`` where there is something already; ``force`` replaces an earlier export, and nothing else.
    """
    _check(folder, force=force)
    part, old = (folder.with_name(f".{folder.name}.{os.getpid()}.{end}") for end in ("part", "old"))
    try:
        part.mkdir(parents=True)
        yield part
        sync_tree(part)
        _swap(part, folder, old)
        sync_folder(folder.parent)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def mark(folder: Path, **facts: object) -> None:
    """Say that the folder is an export, and of what."""
    (folder / MARK).write_text(json.dumps(facts, indent=2, sort_keys=True) + "\n")


def _swap(part: Path, folder: Path, old: Path) -> None:
    if folder.exists():
        folder.rename(old)
    try:
        part.rename(folder)
    except OSError:
        if old.exists():
            old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _check(folder: Path, *, force: bool) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        raise ExportError(f"{folder} is no folder")
    if not any(folder.iterdir()):
        return
    if not (folder / MARK).is_file():
        raise ExportError(f"{folder} is not empty and holds no {MARK}, so it is no earlier export; choose another folder")
    if not force:
        raise ExportError(f"{folder} holds an export already; --force replaces it")
