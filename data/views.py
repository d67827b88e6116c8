"""Views: the SQL that makes every table of a store one view, unique on its declared key.

*Sources* of a table are its complete versions and the live files that no version holds. A table whose key has ``version_id`` shows
each version's rows; any other shows each key once, as its newest source has it. ``history.<table>`` shows every version's rows with
``version_id``; the macros ``latest`` and ``at_version`` choose from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from data.benchmarks.tables import published_rows
from data.columns import REAL, TEXT, WHOLE
from data.identity import canonical_json
from data.store import Store, Version
from data.store.run import schema_digest
from data.tables import CHECKPOINTS, TABLES, Table

STALE_S = 60
"""Seconds without a heartbeat after which a running run reads as ``lost``."""
CARRIES_VERSION = {"judgements"}
"""Tables that show the version a row was read from although it is not in their key."""
VERSION_FILES: dict[str, pa.DataType] = {"table_name": TEXT, "version_id": TEXT, "ordinal": WHOLE, "filename": TEXT}
"""Each complete version's files; ``ordinal`` rises with the time of publication."""
FOLDED_FILES: dict[str, pa.DataType] = {"table_name": TEXT, "filename": TEXT}
"""Live files whose rows are in a version."""
PUBLISHED_SCORES: dict[str, pa.DataType] = {
    **dict.fromkeys(("model", "setting", "benchmark", "version", "part", "protocol", "metric"), TEXT),
    **dict.fromkeys(("value", "ci_low", "ci_high"), REAL),
    "n": WHOLE,
    **dict.fromkeys(("printed", "unit", "source", "listing", "caution"), TEXT),
}
"""What others have published (``data.benchmarks.tables``), the same in every store; ``part`` is what ``scores`` calls ``category``."""
NEWEST = 1_000_000_000
"""The ordinal of live rows: newer than those of any version."""
MACROS = """
create macro latest(named) as table
  select * from query_table('history.' || named)
  where version_id = (select v.version_id from version_files v where v.table_name = named order by v.ordinal desc limit 1);
create macro at_version(named, reference) as table
  select * from query_table('history.' || named)
  where version_id = (
    select case when count(distinct v.version_id) = 1 then any_value(v.version_id)
      else error('the reference names ' || count(distinct v.version_id) || ' versions of the table, not one') end
    from version_files v where v.table_name = named and starts_with(v.version_id, reference));
create macro point_in_box(x, y, x1, y1, x2, y2) as coalesce(x >= x1 and x <= x2 and y >= y1 and y <= y2, false);
"""


@dataclass(frozen=True, slots=True)
class Live:
    """Where the live rows of a table are: patterns or paths of step files and segments, and the runs they belong to."""

    steps: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    run_ids: frozenset[str] = frozenset()
    reward_parts: tuple[str, ...] = ()
    is_uniform: bool = False
    """Whether all step files have today's schema, so that no more than one of them is opened to know it."""


def snapshot(store: Store, table_name: str) -> Live:
    """The live files as they are now, one by one."""
    paths = store.live_files(table_name)
    run_ids = frozenset(path.parents[1].name for path in paths)
    notes = [store.run(run_id).notes(table_name) for run_id in run_ids]
    parts = {part for noted in notes for part in noted["reward_parts"]}
    steps, segments = _split(paths)
    is_uniform = all(noted["schemas"] <= {schema_digest(TABLES[table_name].schema)} for noted in notes)
    return Live(steps, segments, run_ids, tuple(sorted(parts)), is_uniform)


def create(connection: duckdb.DuckDBPyConnection, store: Store, live: dict[str, Live], runs: Sequence[str], iou_sql: str) -> None:
    """Create every table, view and macro of the catalog in an empty database."""
    known = [version for version in store.versions() if version.table_name != CHECKPOINTS]
    complete = [version for version in known if store.has_files(version)]
    _insert_versions(connection, store, complete)
    _insert(connection, "published_scores", pa.Table.from_pylist(published_rows(), schema=pa.schema(PUBLISHED_SCORES)))
    connection.execute("create schema history")
    for name, table in TABLES.items():
        if name == "versions":
            continue
        types = column_types(connection, table)
        if name == "runs":
            connection.execute(f"create view runs as {_runs(types, runs)}")
            continue
        versions = [version for version in complete if version.table_name == name]
        connection.execute(f"create view history.{name} as {_history(store, types, versions)}")
        connection.execute(f"create view {name} as {_view(store, table, types, versions, live.get(name, Live()))}")
    connection.execute(MACROS)
    connection.execute(iou_sql)


def column_types(connection: duckdb.DuckDBPyConnection, table: Table) -> dict[str, str]:
    """DuckDB's type of each declared column."""
    relation = connection.from_arrow(table.schema.empty_table())
    return dict(zip(relation.columns, map(str, relation.types), strict=True))


def _insert_versions(connection: duckdb.DuckDBPyConnection, store: Store, complete: Sequence[Version]) -> None:
    _insert(
        connection,
        "versions",
        pa.Table.from_pylist([_version_row(store, one) for one in store.versions()], schema=TABLES["versions"].schema),
    )
    files = [
        {"table_name": version.table_name, "version_id": version.version_id, "ordinal": ordinal, "filename": str(store.root / file.path)}
        for ordinal, version in enumerate(complete)
        for file in version.files
    ]
    _insert(connection, "version_files", pa.Table.from_pylist(files, schema=pa.schema(VERSION_FILES)))
    folded = [
        {"table_name": name, "filename": str(store.root / path)}
        for manifest in store.manifests()
        for name, paths in manifest.folded.items()
        for path in paths
    ]
    _insert(connection, "folded_files", pa.Table.from_pylist(folded, schema=pa.schema(FOLDED_FILES)))


def _insert(connection: duckdb.DuckDBPyConnection, name: str, rows: pa.Table) -> None:
    connection.register("incoming", rows)
    connection.execute(f"create table {name} as select * from incoming")
    connection.unregister("incoming")


def _version_row(store: Store, version: Version) -> dict[str, Any]:
    recorded = {name: getattr(version, name, None) for name in TABLES["versions"].schema.names}
    return recorded | {"config": canonical_json(version.config), "complete": store.has_files(version)}


def _history(store: Store, types: dict[str, str], versions: Sequence[Version]) -> str:
    empty = f"{_empty(types, version_id='varchar')}"
    if not versions:
        return empty
    return f"""{empty} union all by name select f.* exclude (filename), v.version_id from {_parquet(_files(store, versions))} f
        join version_files v on v.filename = f.filename and v.table_name = {quoted(versions[0].table_name)}"""


def _view(store: Store, table: Table, types: dict[str, str], versions: Sequence[Version], live: Live) -> str:
    if "version_id" in table.key:
        return f"select * from history.{table.name}"
    shown = f"* exclude (ordinal, filename{'' if table.name in CARRIES_VERSION else ', version_id'})"
    once = "" if _is_disjoint(table, versions, live) else _once(table)
    rows = " union all by name ".join(_sources(store, table, types, versions, live))
    return f"select {shown}{_spread(table, versions, live)} from ({rows}) {once}"


def _sources(store: Store, table: Table, types: dict[str, str], versions: Sequence[Version], live: Live) -> Iterable[str]:
    yield _empty(types, version_id="varchar", filename="varchar", ordinal="bigint")
    if versions:
        yield f"""select f.*, v.version_id, v.ordinal from {_parquet(_files(store, versions))} f join (
            select filename, max(ordinal) as ordinal, arg_max(version_id, ordinal) as version_id
            from version_files where table_name = {quoted(table.name)} group by filename) v on v.filename = f.filename"""
    left = f"where f.filename not in (select o.filename from folded_files o where o.table_name = {quoted(table.name)})"
    if live.steps:
        yield f"select f.*, {NEWEST} as ordinal from {_parquet(live.steps, is_uniform=live.is_uniform)} f {left}"
    if live.segments:
        yield f"select f.*, {NEWEST} as ordinal from {_segments(live.segments, types)} f {left} and f.{table.key[0]} is not null"


def _once(table: Table) -> str:
    order = ["ordinal desc", *(["started_at desc nulls last"] if "started_at" in table.schema.names else []), "filename desc"]
    return f"qualify row_number() over (partition by {', '.join(map(_name, table.key))} order by {', '.join(order)}) = 1"


def _is_disjoint(table: Table, versions: Sequence[Version], live: Live) -> bool:
    """Whether no key can be in two sources: one version alone, or each run's rows in one source."""
    if live.segments:
        return False
    if not live.steps and len(versions) <= 1:
        return True
    runs = [run_id for version in versions for run_id in version.run_ids] + list(live.run_ids)
    is_owned = all(version.run_ids or not version.rows for version in versions)
    return "run_id" in table.schema.names and len(runs) == len(set(runs)) and is_owned


def _spread(table: Table, versions: Sequence[Version], live: Live) -> str:
    if table.name != "rollouts":
        return ""
    parts = sorted({part for version in versions for part in version.reward_parts} | set(live.reward_parts))
    return "".join(f", rewards[{quoted(part)}] as {_name(f'reward_{part}')}" for part in parts)


def _runs(types: dict[str, str], paths: Sequence[str]) -> str:
    source = f"select * exclude (filename) from {_segments(paths, types)} where run_id is not null" if paths else _empty(types)
    return f"select * replace ({_lost()} as status) from ({source})"


def _lost() -> str:
    stale = f"coalesce(heartbeat_at, started_at) < now() - interval {STALE_S} second"
    return f"case when status = 'running' and {stale} then 'lost' else status end"


def _empty(types: dict[str, str], **more: str) -> str:
    columns = ", ".join(f"null::{kind} as {_name(name)}" for name, kind in (types | more).items())
    return f"select {columns} where false"


def _parquet(paths: Sequence[str], *, is_uniform: bool = False) -> str:
    return f"read_parquet([{', '.join(map(quoted, paths))}], union_by_name = {not is_uniform}, filename = true, hive_partitioning = false)"


def _segments(paths: Sequence[str], types: dict[str, str]) -> str:
    columns = ", ".join(f"{_name(name)}: {quoted(kind)}" for name, kind in types.items())
    options = "format = 'newline_delimited', ignore_errors = true, filename = true, maximum_object_size = 268435456"
    return f"read_json([{', '.join(map(quoted, paths))}], columns = {{{columns}}}, {options})"


def _files(store: Store, versions: Sequence[Version]) -> list[str]:
    return list(dict.fromkeys(str(store.root / file.path) for version in versions for file in version.files))


def _split(paths: Sequence[Path]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    steps = tuple(str(path) for path in paths if path.suffix == ".parquet")
    return steps, tuple(str(path) for path in paths if path.suffix == ".jsonl")


def quoted(text: str) -> str:
    """A text as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
