"""Fingerprint: whether what a source reads is as it was, so that an ingest is not taken for done when a folder has changed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from data.identity import digest
from data.sources.config import IngestConfig, SourceConfig

STORE_PARTS = ("manifests", "objects", "refs", "runs")
"""The folders that every store has."""


def fingerprint(config: IngestConfig) -> str:
    """A hash of the names, sizes and modification times of all files that the sources may read, 64 hexadecimal characters.

    Drawn scenes have none, and a data set of the hub is known by its revision alone. A store that lies inside a source is no part of it:
    every run writes there.
    """
    return digest([sorted(_stamp(path) for path in _files(source)) for source in config.sources])


def _stamp(path: Path) -> tuple[str, int, int]:
    stat = path.stat()
    return str(path), stat.st_size, stat.st_mtime_ns


def _files(config: SourceConfig) -> Iterator[Path]:
    for root in config.roots:
        yield from [root] if root.is_file() else _below(root)


def _below(root: Path) -> Iterator[Path]:
    for name, folders, files in os.walk(root):
        folders[:] = [folder for folder in folders if not _is_store(Path(name, folder))]
        yield from (path for path in (Path(name, file) for file in files) if path.is_file())


def _is_store(folder: Path) -> bool:
    return all((folder / part).is_dir() for part in STORE_PARTS)
