"""Run folder: the rows of one run while it runs, under ``runs/<run_id>/``.

*Step files* (``rollouts/step-00000001.parquet``) are whole or absent; writing a step again replaces it. *Segments*
(``requests/segment-<ulid>.jsonl``) hold a row per line, on disk before ``append`` returns; a process appends to its own segments only,
so a line cut short by a kill is the last of its file. ``run.json`` is the run's row of the table ``runs``.
"""

from __future__ import annotations

import json
import os
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from ulid import ULID

from data.columns import TIME
from data.identity import canonical_json, digest
from data.store.draft import Draft
from data.store.errors import StoreError
from data.store.files import locked, make_folder, room_for, sync_folder, temporary, write_all, write_bytes
from data.store.writer import Rows, reward_parts, typed, write_parquet
from data.tables import TABLES, upcast

NOTES = "notes.json"
"""Beside step files: ``reward_parts``, the names of all reward parts in them, and ``schemas``, the digests of their schemas."""


class RunFolder:
    """Writes and reads the live rows of one run below a store's root."""

    def __init__(self, root: Path, run_id: str) -> None:
        self.run_id = run_id
        self.path = root / "runs" / run_id
        self._root = root
        self._segments: dict[str, int] = {}
        self._notes: dict[str, dict[str, set[str]]] = {}
        self._lock = Lock()
        weakref.finalize(self, _close_all, self._segments)

    def append(self, table_name: str, row: Mapping[str, Any]) -> None:
        """Append one row to a segment; it is on disk when this returns."""
        self.extend(table_name, [row])

    def extend(self, table_name: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Append rows to a segment with one wait for the disk; they are on disk when this returns."""
        named = [self._owned(table_name, dict(row)) for row in rows]
        typed(table_name, named)
        lines = b"".join(_line(table_name, row) for row in named)
        with self._lock, room_for(table_name, self._root):
            descriptor = self._segment(table_name)
            try:
                write_all(descriptor, lines)
                os.fsync(descriptor)
            except OSError:
                self._leave_segment(table_name)
                raise

    def write_step(self, table_name: str, step: int, rows: Rows) -> Path:
        """Write the rows of one step, all of them, in one go; the step's earlier file is replaced."""
        given = typed(table_name, rows if isinstance(rows, pa.Table) else [self._owned(table_name, dict(row)) for row in rows])
        self._check(table_name, step, given)
        folder = self._live(table_name)
        target = folder / f"step-{step:08d}.parquet"
        with room_for(f"step {step} of {table_name}", self._root):
            make_folder(folder)
            self._note(table_name, given)
            scratch = temporary(self._root)
            part = scratch / "step.part"
            try:
                write_parquet(part, table_name, given)
                part.replace(target)
            finally:
                part.unlink(missing_ok=True)
                scratch.rmdir()
            sync_folder(folder)
        return target

    def steps(self, table_name: str) -> list[int]:
        """Steps that are on disk, in order."""
        return sorted(int(path.stem.removeprefix("step-")) for path in self._live(table_name).glob("step-*.parquet"))

    def files(self, table_name: str, through_step: int | None = None) -> list[Path]:
        """Step files in order of step, then segments in order of time."""
        folder = self._live(table_name)
        steps = [folder / f"step-{step:08d}.parquet" for step in self.steps(table_name) if through_step is None or step <= through_step]
        return steps + sorted(folder.glob("segment-*.jsonl"))

    def read(self, table_name: str, through_step: int | None = None) -> pa.Table:
        """Live rows with today's schema, in order of step; rows beyond ``through_step`` are left out."""
        parts = [read_live(table_name, path) for path in self.files(table_name, through_step)]
        rows = pa.concat_tables([typed(table_name, []), *parts], promote_options="permissive")
        return rows if through_step is None or "step" not in rows.column_names else rows.filter(pc.field("step") <= through_step)

    def fold(self, table_name: str, draft: Draft, through_step: int | None = None) -> None:
        """Put the run's live rows in the draft; once it is published, views read them there. Of one key the last row counts."""
        self._leave_segment(table_name)
        paths = self.files(table_name, through_step)
        draft.add(table_name, [])
        for path in paths:
            if path.suffix == ".parquet":
                draft.add(table_name, read_live(table_name, path))
        draft.add(table_name, _last_by_key(table_name, (row for path in paths if path.suffix == ".jsonl" for row in read_segment(path))))
        draft.mark_folded(table_name, [str(path.relative_to(self._root)) for path in paths])

    def record(self, **fields: Any) -> None:
        """Set columns of the run's row, for example ``status="running"``; a dict or list becomes JSON text."""
        given = {name: canonical_json(value) if isinstance(value, (dict, list)) else value for name, value in fields.items()}
        make_folder(self.path)
        with locked(self.path):
            row = {"run_id": self.run_id, **self.recorded(), **given}
            typed("runs", [row])
            write_bytes(self._root, self.path / "run.json", _line("runs", row))

    def heartbeat(self) -> None:
        """Say that the run is alive now."""
        self.record(heartbeat_at=datetime.now(UTC))

    def recorded(self) -> dict[str, Any]:
        """The run's row; empty where nothing was recorded."""
        path = self.path / "run.json"
        return from_plain("runs", json.loads(path.read_bytes())) if path.exists() else {}

    def notes(self, table_name: str) -> dict[str, set[str]]:
        """What is known of the step files without reading them: ``reward_parts`` and ``schemas``."""
        path = self._live(table_name) / NOTES
        noted = json.loads(path.read_bytes()) if path.exists() else {}
        return {name: set(noted.get(name, ())) for name in ("reward_parts", "schemas")}

    def _live(self, table_name: str) -> Path:
        if not TABLES[table_name].is_live:
            raise StoreError(
                f"{table_name} is no live table; live are {', '.join(table.name for table in TABLES.values() if table.is_live)}"
            )
        return self.path / table_name

    def _segment(self, table_name: str) -> int:
        if table_name not in self._segments:
            folder = self._live(table_name)
            make_folder(folder)
            self._segments[table_name] = os.open(folder / f"segment-{ULID()}.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
            sync_folder(folder)
        return self._segments[table_name]

    def _leave_segment(self, table_name: str) -> None:
        if table_name in self._segments:
            os.close(self._segments.pop(table_name))

    def _owned(self, table_name: str, row: dict[str, Any]) -> dict[str, Any]:
        return {"run_id": self.run_id, **row} if "run_id" in TABLES[table_name].schema.names else row

    def _check(self, table_name: str, step: int, rows: pa.Table) -> None:
        for name, expected in (("run_id", self.run_id), ("step", step)):
            found = set(rows.column(name).to_pylist()) - {expected}
            if found:
                raise StoreError(f"{table_name} of run {self.run_id}, step {step}, has rows of {name} {sorted(found, key=str)[0]}")
        key = TABLES[table_name].key
        values = list(zip(*(rows.column(name).to_pylist() for name in key), strict=True))
        if len(set(values)) < len(values):
            twice = next(value for value in values if values.count(value) > 1)
            raise StoreError(f"{table_name} has two rows with {dict(zip(key, twice, strict=True))} in step {step} of run {self.run_id}")

    def _note(self, table_name: str, rows: pa.Table) -> None:
        found = {"reward_parts": reward_parts(rows), "schemas": {schema_digest(rows.schema)}}
        known = self._notes.setdefault(table_name, self.notes(table_name))
        if any(found[name] - known[name] for name in found):
            self._notes[table_name] = {name: known[name] | found[name] for name in found}
            content = canonical_json({name: sorted(values) for name, values in self._notes[table_name].items()})
            write_bytes(self._root, self._live(table_name) / NOTES, content.encode())


def schema_digest(schema: pa.Schema) -> str:
    """A digest of column names, types and order."""
    return digest([[field.name, str(field.type)] for field in schema])


def read_live(table_name: str, path: Path) -> pa.Table:
    """The rows of one live file with today's schema."""
    if path.suffix == ".jsonl":
        return typed(table_name, [from_plain(table_name, row) for row in read_segment(path)])
    with pq.ParquetFile(path) as file:
        return upcast(table_name, file.read(use_threads=False))


def read_segment(path: Path) -> Iterator[dict[str, Any]]:
    """Rows of a segment as JSON has them. A last line cut short is left out; raises ``StoreError`` on another that is no JSON."""
    lines = path.read_bytes().split(b"\n")
    for number, line in enumerate(lines[:-1], start=1):
        try:
            yield json.loads(line)
        except ValueError as error:
            raise StoreError(f"line {number} of {path} is damaged: {error}") from error


def from_plain(table_name: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row that was JSON with its times as times."""
    times = [field.name for field in TABLES[table_name].schema if field.type == TIME]
    return {**row, **{name: datetime.fromisoformat(row[name]) for name in times if row.get(name)}}


def _last_by_key(table_name: str, rows: Iterable[Mapping[str, Any]]) -> Sequence[dict[str, Any]]:
    last = {tuple(row.get(name) for name in TABLES[table_name].key): row for row in rows}
    return [from_plain(table_name, row) for row in last.values()]


def _line(table_name: str, row: Mapping[str, Any]) -> bytes:
    try:
        return json.dumps(row, default=_plain, allow_nan=False).encode() + b"\n"
    except ValueError as error:
        raise StoreError(f"a row of {table_name} is no JSON: {error}") from error


def _close_all(segments: Mapping[str, int]) -> None:
    for descriptor in segments.values():
        os.close(descriptor)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, (tuple, set, frozenset)):
        return list(value)
    raise TypeError(f"{type(value).__name__} is no JSON value: {value!r}")
