"""Traces to be judged: in memory, or in files of which a part at a time is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data.scoring.ragged import Column, Whole

ROWS_PER_BATCH = 32_768
SAMPLE_ID = "sample_id"
TEXT = "text"


class Traces(Protocol):
    """Rows of ``traces`` in their order."""

    def sample_ids(self) -> Column:
        """Of every trace the id of its sample."""

    def batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """All rows, some at a time, with the columns that are named as Parquet names them."""

    def texts(self, rows: Whole) -> Iterator[Column]:
        """The texts of some rows, whose numbers ascend, empty where there is none; a batch's at a time, as all may be more than 2 GB."""


@dataclass(frozen=True)
class TableTraces:
    """Traces in memory."""

    rows: pa.Table

    def sample_ids(self) -> Column:
        """That column."""
        return self.rows.column(SAMPLE_ID)

    def batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Slices; of nested columns all parts."""
        names = dict.fromkeys(column.split(".")[0] for column in columns)
        yield from self.rows.select(list(names)).to_batches(max_chunksize=ROWS_PER_BATCH)

    def texts(self, rows: Whole) -> Iterator[Column]:
        """Taken from that column."""
        return _texts(self.batches([TEXT]), rows)


@dataclass(frozen=True)
class FileTraces:
    """Traces in Parquet files."""

    paths: Sequence[Path]

    def sample_ids(self) -> Column:
        """Read without the rest."""
        return pa.chunked_array([batch.column(0) for batch in self.batches([SAMPLE_ID])], pa.string())

    def batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Read when they are asked for."""
        for path in self.paths:
            with pq.ParquetFile(path) as file:
                yield from file.iter_batches(ROWS_PER_BATCH, columns=list(columns))

    def texts(self, rows: Whole) -> Iterator[Column]:
        """Read once more."""
        return _texts(self.batches([TEXT]), rows)


def _texts(batches: Iterable[pa.RecordBatch], rows: Whole) -> Iterator[Column]:
    start = 0
    for batch in batches:
        column: Column = batch.column(0)
        first, last = rows.searchsorted([start, start + batch.num_rows])
        if first < last:
            yield pc.fill_null(column.take(pa.array(rows[first:last] - start)), "")
        start += batch.num_rows
