"""Fingerprint: whether what a source reads is as it was, so that an ingest is not taken for done when a folder has changed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from data.identity import digest
from data.sources.columns import matching
from data.sources.config import (
    FolderConfig,
    HubConfig,
    IngestConfig,
    ParquetConfig,
    PublishedConfig,
    ScenesConfig,
    SourceConfig,
    TracesConfig,
    YoloConfig,
)

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
    if isinstance(config, ScenesConfig):
        return
    if isinstance(config, ParquetConfig):
        yield from matching(config.path)
        return
    for root in _roots(config):
        yield from [root] if root.is_file() else _below(root)


def _below(root: Path) -> Iterator[Path]:
    for name, folders, files in os.walk(root):
        folders[:] = [folder for folder in folders if not _is_store(Path(name, folder))]
        yield from (path for path in (Path(name, file) for file in files) if path.is_file())


def _is_store(folder: Path) -> bool:
    return all((folder / part).is_dir() for part in STORE_PARTS)


def _roots(config: FolderConfig | YoloConfig | HubConfig | TracesConfig | PublishedConfig) -> tuple[Path, ...]:
    if isinstance(config, HubConfig):
        return (Path(config.repository),)
    if isinstance(config, YoloConfig):
        return tuple(config.path / kind / config.folder for kind in ("images", "labels"))
    if isinstance(config, TracesConfig):
        return (config.path, config.images or config.path.parent)
    if isinstance(config, PublishedConfig):
        found = config.path or (Path(config.repository) if config.repository is not None else None)
        beside = found.parent if found is not None and found.is_file() else found
        return tuple(dict.fromkeys(path for path in (found, config.images or beside) if path is not None))
    return (config.path,)
