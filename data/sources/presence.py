"""Presence: what of a recipe's sources is on this machine, and how many rows it holds, without reading one.

A data set of the hub is nowhere until it is loaded; how many rows it has is what its configuration expects.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from data.sources.config import HubConfig, IngestConfig, ParquetConfig, PublishedConfig, ScenesConfig, SourceConfig
from data.sources.published import absent_of, count_published

MEBIBYTE = 2**20


@dataclass(frozen=True, slots=True)
class RowCount:
    """How many rows a source has, and how that is known, for example ``1500, "expected"``."""

    rows: int | None
    """None where nobody can say before it is read."""
    known_by: str


def absent(config: IngestConfig) -> list[str]:
    """A sentence for each file or folder of a source that is not there, and for each data set that a hub has to give."""
    return [f"sources.{number}: {sentence}" for number, source in enumerate(config.sources) for sentence in _absent(source)]


def count_rows(config: SourceConfig) -> RowCount:
    """The rows of a source; some of them may become rejects."""
    if isinstance(config, ScenesConfig):
        return RowCount(config.count, "as set")
    found = _count_files(config)
    if found is not None:
        return RowCount(found, "counted")
    published = count_published(config) if isinstance(config, PublishedConfig) else None
    if config.expected is None and published is not None:
        return RowCount(published, "published")
    return RowCount(config.expected, "expected" if config.expected is not None else "not known before ingest")


def _absent(config: SourceConfig) -> Iterator[str]:
    if isinstance(config, ParquetConfig) and not config.roots:
        yield f"no Parquet file matches {config.path}"
    if isinstance(config, HubConfig) and not Path(config.repository).is_dir():
        yield f"data set {config.repository} is loaded from the hub"
    if isinstance(config, PublishedConfig):
        yield from absent_of(config)
    yield from (f"there is no folder {folder.absolute()}" for folder in config.folders if not folder.is_dir())
    file = config.rows_file
    if file is not None and file.parent.is_dir() and not file.is_file():
        yield f"there is no file {file.absolute()}"


def _count_files(config: SourceConfig) -> int | None:
    """Rows of files that can be counted at a glance: Parquet by its footer, JSONL by its lines."""
    if isinstance(config, ParquetConfig):
        return _count_parquet(config.roots)
    file = config.rows_file
    return _count_lines(file) if file is not None and file.is_file() and file.suffix != ".json" else None


def _count_parquet(paths: Sequence[Path]) -> int | None:
    try:
        return sum(pq.read_metadata(path).num_rows for path in paths) if paths else None
    except (pa.ArrowException, OSError):
        return None


def _count_lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(MEBIBYTE), b""))
