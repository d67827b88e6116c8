"""Corner: the part of a store that some versions came from, with what was published beside it, ready to be asked with SQL.

Tables are named as ever and have a further column ``version_id``; a table that nothing here published is empty. The table ``stages`` says
which stage a ``run_id`` was. Calls that an earlier run paid for, and that a trace, a tree, a judgement or a prediction here is made of,
are among ``requests`` too, without a version.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import duckdb
import pyarrow as pa

from data.rows import Row
from data.store import Manifest, Store, Version
from data.tables import CHECKPOINTS, TABLES

UNREAD = {"images", "versions", "runs", CHECKPOINTS}
"""Tables that are not loaded: pixels, and what manifests and run folders say."""
CITING = ("traces", "trees", "judgements", "predictions")
"""Tables whose rows say which calls they are made of."""
SFT_COLUMNS = ["trace_id", "dialect", "sample_id", "split"]
"""The columns of ``sft`` without messages and images."""

STAGES = pa.schema([("run_id", pa.string()), ("stage", pa.string())])


class Corner:
    """The manifests behind some versions, oldest first, and an in-memory database of their rows."""

    def __init__(self, store: Store, versions: Iterable[Version]) -> None:
        self.store = store
        self.manifests = sorted(_behind(store, versions), key=lambda manifest: (manifest.created_at, manifest.stage_key))
        self._connection = duckdb.connect(":memory:", config={"threads": 1})
        rows = {name: self._rows(name) for name in TABLES.keys() - UNREAD}
        rows["requests"] = pa.concat_tables([rows["requests"], self._paid_before(rows)], promote_options="permissive")
        for name, table in rows.items():
            self._connection.register(name, table)
        stages = [{"run_id": manifest.run_id, "stage": manifest.stage} for manifest in self.manifests]
        self._connection.register("stages", pa.Table.from_pylist(stages, STAGES))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._connection.close()

    def versions(self, table_name: str) -> list[Version]:
        """The versions of a table here, oldest first."""
        return [manifest.outputs[table_name] for manifest in self.manifests if table_name in manifest.outputs]

    def title(self, manifest: Manifest) -> str:
        """The stage, with the model it is about where there are several such stages: ``evaluate finetune``."""
        makers = {version.version_id: version.stage for version in self.versions(CHECKPOINTS)}
        models = {makers[parent] for version in manifest.outputs.values() for parent in version.parents if parent in makers}
        is_alone = sum(other.stage == manifest.stage for other in self.manifests) == 1
        return manifest.stage if is_alone or not models else f"{manifest.stage} {', '.join(sorted(models))}"

    def ask(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Rows of one question, by column name."""
        answer = self._connection.execute(sql, list(parameters)) if parameters else self._connection.execute(sql)
        names = [column[0] for column in answer.description or ()]
        return [dict(zip(names, values, strict=True)) for values in answer.fetchall()]

    def _paid_before(self, rows: Mapping[str, pa.Table]) -> pa.Table:
        """The calls that rows here cite and that are published elsewhere."""
        cited = {request_id for name in CITING for ids in rows[name].column("request_ids").to_pylist() for request_id in ids or ()}
        wanted = cited - set(rows["requests"].column("request_id").to_pylist())
        found = {row["request_id"]: row for row in self.store.requests() if row["request_id"] in wanted} if wanted else {}
        schema = TABLES["requests"].schema
        return pa.Table.from_pylist([{name: row.get(name) for name in schema.names} for row in found.values()], schema)

    def _rows(self, name: str) -> pa.Table:
        parts = [_with_version(self.store, version) for version in self.versions(name)]
        empty = TABLES[name].schema.empty_table()
        return pa.concat_tables(parts or [empty.append_column("version_id", pa.array([], pa.string()))], promote_options="permissive")


def _with_version(store: Store, version: Version) -> pa.Table:
    rows = store.read(version, SFT_COLUMNS if version.table_name == "sft" else None)
    return rows.append_column("version_id", pa.array([version.version_id] * rows.num_rows, pa.string()))


def _behind(store: Store, versions: Iterable[Version]) -> Iterator[Manifest]:
    """The manifests that made the versions, and those that made what they were made from."""
    makers = {version.version_id: manifest for manifest in store.manifests() for version in manifest.outputs.values()}
    waiting = [version.version_id for version in versions]
    met: set[str] = set()
    while waiting:
        manifest = makers.get(waiting.pop())
        if manifest is not None and manifest.run_id not in met:
            met.add(manifest.run_id)
            yield manifest
            waiting += [parent for version in manifest.outputs.values() for parent in version.parents]
