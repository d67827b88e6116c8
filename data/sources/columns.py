"""Columns: foreign data sets whose columns a map names. ``parquet`` reads local files, ``hub`` what ``datasets`` loads."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from data.sources.config import HubConfig, ParquetConfig
from data.sources.files import ImageFolder
from data.sources.folder import read_named, read_row
from data.sources.globs import matching
from data.sources.problem import Problem, Reason, Reject, RowError, SourceError, SourceImage
from data.sources.row import RowReader

ROWS_PER_BATCH = 32
"""Rows with images that are in memory at a time."""


def read_parquet(config: ParquetConfig, max_pixels: int) -> Iterator[Problem | Reject]:
    """The problems of one file or of all that a glob names. Raises ``SourceError`` on wrong columns or unreadable files."""
    paths = matching(config.path)
    if not paths:
        raise SourceError(f"no Parquet file matches {config.path}")
    columns = mapped_columns(config)
    root = os.path.commonpath([path.parent for path in paths])
    for path in paths:
        reader = column_reader(config, path.resolve().parent.name, ImageFolder(path.parent, max_pixels))
        for number, row in enumerate(table_rows(path, columns.values()), start=1):
            yield read_row(reader, f"{path.relative_to(root)}:{number}", rename(row, columns))


def mapped_columns(config: ParquetConfig | HubConfig) -> dict[str, str]:
    """Our name to theirs. Raises ``SourceError`` where the map names no image, or no task is known."""
    columns: dict[str, str] = config.columns.model_dump(exclude_none=True)
    if ("image" in columns) == ("images" in columns):
        raise SourceError(f"the columns of {_source(config)} should map image or images, and one of them")
    if "task" not in columns and config.task is None:
        raise SourceError(f"no task is known for {_source(config)}: set task, or map a column to it")
    return columns


def column_reader(config: ParquetConfig | HubConfig, dataset: str, folder: ImageFolder) -> RowReader:
    """The reader of a source with a column map; images are bytes, or paths in the folder."""
    return RowReader(dataset, config.split, lambda value: read_cell(folder, value), config.space, config.task, config.box_format)


def check_columns(columns: Mapping[str, str], existing: Collection[str], source: str) -> None:
    """Raise ``SourceError`` naming the columns that are not there and those that are."""
    missing = sorted(set(columns.values()) - set(existing))
    if missing:
        raise SourceError(f"{source} has no column {', '.join(missing)}; it has {', '.join(existing)}")


def read_cell(folder: ImageFolder, value: Any) -> SourceImage:
    """An image that a cell holds as bytes, as ``datasets`` stores it (bytes and path), or as a path in the folder. Raises ``RowError``."""
    if isinstance(value, bytes):
        return SourceImage.read(value, None, folder.max_pixels)
    if isinstance(value, Mapping):
        stored, path = value.get("bytes"), value.get("path")
        if isinstance(stored, bytes):
            return SourceImage.read(stored, path if isinstance(path, str) else None, folder.max_pixels)
        if path is None:
            raise RowError(Reason.MISSING_FIELD, f"an image has neither bytes nor path, but {', '.join(value) or 'nothing'}")
        return read_named(folder, path)
    return read_named(folder, value)


def rename(row: Mapping[str, Any], columns: Mapping[str, str]) -> dict[str, Any]:
    """A foreign row under our names."""
    return {ours: row[theirs] for ours, theirs in columns.items()}


def table_rows(path: Path, columns: Collection[str] = ()) -> Iterator[dict[str, Any]]:
    """The rows of a Parquet file, those columns alone where some are named. Raises ``SourceError`` where it lacks one, or is none."""
    try:
        with pq.ParquetFile(path) as file:
            check_columns({name: name for name in columns}, file.schema_arrow.names, str(path))
            for batch in file.iter_batches(batch_size=ROWS_PER_BATCH, columns=sorted(set(columns)) or None):
                yield from batch.to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise SourceError(f"{path} is no readable Parquet file: {error}") from error


def _source(config: ParquetConfig | HubConfig) -> str:
    return config.path if isinstance(config, ParquetConfig) else config.repository
