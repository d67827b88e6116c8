"""Catalog: every table of a store as SQL views.

``connect`` gives an in-memory database over the files that exist at that moment; it holds no lock, so runs go on writing. It reads
nothing outside the store and changes nothing. ``write_catalog`` leaves ``<store>/catalog.duckdb`` for other programs: views alone, with
absolute paths, which also find what running runs write later.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

import duckdb
import pyarrow as pa

from data import views
from data.scoring.iou import IOU_SQL
from data.statement import QueryError, check_reading, sentence
from data.store import Store
from data.store.files import make_folder, room_for, sync_file, sync_folder, temporary
from data.store.store import NO_RUN
from data.store.writer import typed, write_parquet
from data.tables import TABLES

__all__ = ["Catalog", "QueryError", "connect", "query", "write_catalog"]


class Catalog:
    """A connection that answers questions about a store, for example ``catalog.execute("select count(*) from samples")``."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def execute(self, sql: str, parameters: Sequence[Any] | dict[str, Any] | None = None) -> duckdb.DuckDBPyConnection:
        """Ask one reading statement; take the answer with ``fetchall``. Raises ``QueryError``."""
        check_reading(sql)
        try:
            return self._connection.execute(sql, parameters) if parameters else self._connection.execute(sql)
        except duckdb.Error as error:
            raise QueryError(sentence(error)) from error

    def arrow(self, sql: str, parameters: Sequence[Any] | dict[str, Any] | None = None) -> pa.Table:
        """The answer to one reading statement as an Arrow table. Raises ``QueryError``."""
        check_reading(sql)
        try:
            answer: pa.Table = self._connection.sql(sql, params=parameters).to_arrow_table()
            return answer
        except duckdb.Error as error:
            raise QueryError(sentence(error)) from error

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def connect(store: Store) -> Catalog:
    """A locked catalog of what the store holds now."""
    connection = duckdb.connect(":memory:")
    live = {name: views.snapshot(store, name) for name, table in TABLES.items() if table.is_live}
    runs = [str(path) for path in sorted((store.root / "runs").glob("*/run.json")) if path.parent.name != NO_RUN]
    views.create(connection, store, live, runs, IOU_SQL)
    _lock(connection, store)
    return Catalog(connection)


def query(store: Store, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Column names and rows of one question."""
    with connect(store) as catalog:
        answer = catalog.execute(sql)
        return [column[0] for column in answer.description or ()], answer.fetchall()


def write_catalog(store: Store) -> None:
    """Replace ``<store>/catalog.duckdb`` whole; who has the earlier one open keeps reading it."""
    with room_for("catalog.duckdb", store.root):
        live = {name: _pattern(store, name) for name, table in TABLES.items() if table.is_live}
        none = store.root / "runs" / NO_RUN / "run.json"
        none.touch()
        scratch = temporary(store.root)
        try:
            with duckdb.connect(str(scratch / "catalog.part")) as connection:
                views.create(connection, store, live, [str(store.root / "runs" / "*" / "run.json")], IOU_SQL)
            sync_file(scratch / "catalog.part")
            (scratch / "catalog.part").replace(store.root / "catalog.duckdb")
            sync_folder(store.root)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


def _pattern(store: Store, table_name: str) -> views.Live:
    empty = store.root / "runs" / NO_RUN / table_name
    if not (empty / "segment-0.jsonl").exists():
        make_folder(empty)
        write_parquet(empty / "step-00000000.parquet", table_name, typed(table_name, []))
        (empty / "segment-0.jsonl").touch()
    now = views.snapshot(store, table_name)
    folder = store.root / "runs" / "*" / table_name
    return views.Live((str(folder / "step-*.parquet"),), (str(folder / "segment-*.jsonl"),), now.run_ids, now.reward_parts)


def _lock(connection: duckdb.DuckDBPyConnection, store: Store) -> None:
    connection.execute("set TimeZone = 'UTC'")
    connection.execute(f"set temp_directory = {views.quoted(str(store.root / 'tmp' / 'duckdb'))}")
    connection.execute("set autoinstall_known_extensions = false")
    connection.execute("set autoload_known_extensions = false")
    connection.execute(f"set allowed_directories = [{views.quoted(str(store.root))}]")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
