"""Writer: rows of one table on their way into a version.

Rows come in any chunks and leave in row groups of a fixed number of rows, so the same rows give the same bytes. A version is unique on
its table's key: a row whose entity is already there is the same entity and is left out; where the key holds the version, it is an error.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data.features import huggingface_metadata
from data.store.errors import StoreError
from data.tables import TABLES, arrow, upcast

ROWS_PER_GROUP = {"images": 1_000, "sft": 1_000}
"""Rows with pixels come in small groups: an image is found by id in 9 ms among 100,000."""
DEFAULT_ROWS_PER_GROUP = 10_000
ROWS_PER_SORTED_FILE = 20_000
"""Rows of ``images`` that are held in memory to be sorted; larger versions become several files of disjoint id ranges."""

MISFITS = (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError)
"""What Arrow raises on a value that its column does not take."""

Rows = pa.Table | Sequence[dict[str, Any]]


class TableWriter:
    """Writes one table below a temporary folder; ``finish`` gives the finished parts."""

    def __init__(self, table_name: str, folder: Path) -> None:
        self.table = TABLES[table_name]
        self.run_ids: set[str] = set()
        self.reward_parts: set[str] = set()
        self._rows_per_group = ROWS_PER_GROUP.get(table_name, DEFAULT_ROWS_PER_GROUP)
        self._folder = folder
        self._path = folder / f"{table_name}.part"
        self._handle = self._path.open("wb")
        self._schema = with_metadata(table_name, self.table.schema)
        self._writer: pq.ParquetWriter | None = None
        self._waiting: list[pa.Table] = []
        self._waiting_rows = 0
        self._seen: set[tuple[Any, ...]] = set()

    def add(self, rows: Rows) -> None:
        """Take rows of the table. Raises ``StoreError`` on a column that does not fit."""
        fresh = self._fresh(typed(self.table.name, rows))
        self.run_ids.update(column_values(fresh, "run_id"))
        self.reward_parts.update(reward_parts(fresh))
        self._waiting.append(fresh)
        self._waiting_rows += fresh.num_rows
        if self._waiting_rows >= self._rows_per_group:
            self._flush(all_rows=False)

    def finish(self) -> list[tuple[Path, int]]:
        """Parts in order, each with its rows, bytes on disk."""
        self._flush(all_rows=True)
        self._close()
        if self.table.name != "images":
            return [(self._path, len(self._seen))]
        return list(_sorted_parts(self._path, self._folder, self._rows_per_group))

    def discard(self) -> None:
        """Let go of the file; what it lacks does not matter any more."""
        if self._writer is not None:
            with suppress(OSError, ValueError):
                self._writer.close()
        with suppress(OSError):
            self._handle.close()

    def _fresh(self, rows: pa.Table) -> pa.Table:
        key = [name for name in self.table.key if name != "version_id"]
        kept = []
        for number, values in enumerate(zip(*(rows.column(name).to_pylist() for name in key), strict=True)):
            if values not in self._seen:
                self._seen.add(values)
                kept.append(number)
            elif "version_id" in self.table.key:
                raise StoreError(f"{self.table.name} has two rows with {dict(zip(key, values, strict=True))} in one version")
        return rows if len(kept) == rows.num_rows else rows.take(pa.array(kept, pa.int64()))

    def _flush(self, *, all_rows: bool) -> None:
        rows = (
            pa.concat_tables(self._waiting, promote_options="permissive").combine_chunks() if self._waiting else typed(self.table.name, [])
        )
        if self._writer is None:
            self._schema = with_metadata(self.table.name, rows.schema)
            self._writer = pq.ParquetWriter(self._handle, self._schema, compression="zstd")
        end = rows.num_rows if all_rows else rows.num_rows - rows.num_rows % self._rows_per_group
        for start in range(0, end, self._rows_per_group):
            part = rows.slice(start, min(self._rows_per_group, end - start)).combine_chunks()
            self._writer.write_table(part.cast(self._schema), row_group_size=self._rows_per_group)
        self._waiting, self._waiting_rows = [rows.slice(end)], rows.num_rows - end

    def _close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._handle.flush()
        os.fsync(self._handle.fileno())
        self._handle.close()


def typed(table_name: str, rows: Rows) -> pa.Table:
    """Rows with today's schema. Raises ``StoreError`` naming the table, the column that does not fit and, of single rows, the row."""
    try:
        return upcast(table_name, rows) if isinstance(rows, pa.Table) else arrow(table_name, list(rows))
    except KeyError as error:
        raise StoreError(str(error.args[0])) from error
    except MISFITS as error:
        raise StoreError(f"rows do not fit the table {table_name}{_misfit(table_name, rows)}: {error}") from error


def with_metadata(table_name: str, schema: pa.Schema) -> pa.Schema:
    """The schema with what readers outside want to know, and nothing else."""
    return schema.with_metadata(huggingface_metadata(table_name) or {})


def column_values(rows: pa.Table, name: str) -> list[str]:
    """Distinct values of a text column, none where it is absent."""
    return [value for value in pc.unique(rows.column(name)).to_pylist() if value] if name in rows.column_names else []


def reward_parts(rows: pa.Table) -> set[str]:
    """Names of the reward parts in the ``rewards`` column."""
    if "rewards" not in rows.column_names or rows.num_rows == 0:
        return set()
    maps = rows.column("rewards").combine_chunks()
    return {key for one in maps.to_pylist() for key, _ in one or ()}


def write_parquet(path: Path, table_name: str, rows: pa.Table) -> None:
    """One synced Parquet file."""
    with path.open("wb") as handle:
        pq.write_table(rows.replace_schema_metadata(with_metadata(table_name, rows.schema).metadata), handle, compression="zstd")
        handle.flush()
        os.fsync(handle.fileno())


def _misfit(table_name: str, rows: Rows) -> str:
    """Where the first value stands that its column does not take."""
    table = TABLES[table_name]
    for field in table.schema:
        if isinstance(rows, pa.Table):
            if field.name in rows.column_names and not _is_taken(rows.column(field.name).to_pylist(), field.type):
                return f", column {field.name}"
            continue
        for number, row in enumerate(rows):
            if not _is_taken([row.get(field.name)], field.type):
                key = ", ".join(f"{name} {row[name]}" for name in table.key if name in row)
                return f", column {field.name} of row {number} ({key})"
    return ""


def _is_taken(values: list[Any], kind: pa.DataType) -> bool:
    try:
        pa.array(values, kind)
    except MISFITS:
        return False
    return True


def _sorted_parts(path: Path, folder: Path, rows_per_group: int) -> Iterator[tuple[Path, int]]:
    import pyarrow.dataset as ds

    whole = ds.dataset(path, format="parquet")
    ids = sorted(str(name) for name in whole.to_table(columns=["image_id"]).column("image_id").to_pylist())
    for number, start in enumerate(range(0, max(1, len(ids)), ROWS_PER_SORTED_FILE)):
        some = ids[start : start + ROWS_PER_SORTED_FILE]
        chosen = (pc.field("image_id") >= some[0]) & (pc.field("image_id") <= some[-1]) if some else None
        rows = whole.to_table(filter=chosen).sort_by("image_id").combine_chunks()
        part = folder / f"images-{number}.part"
        with part.open("wb") as handle:
            pq.write_table(rows, handle, row_group_size=rows_per_group, compression="zstd")
            handle.flush()
            os.fsync(handle.fileno())
        yield part, rows.num_rows
