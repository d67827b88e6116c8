"""What may be asked of the catalog."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.catalog import QueryError, connect
from data.statement import check_reading
from data.store import Store

READS = [
    "select 1",
    "with a as (select 1 as b) select b from a",
    "from samples limit 1",
    "describe samples",
    "show tables",
    "summarize samples",
    "explain select 1",
    "explain analyze select 1",
    "explain (format json) select 1",
    "pivot samples on task using count(*)",
    "select 'copy insert' as words -- delete",
    'select "update" from (select 1 as "update")',
]
WRITES = [
    "copy (select 1) to '{path}'",
    "explain analyze copy (select 1) to '{path}'",
    "with a as (copy (select 1) to '{path}') select 1",
    "with a as (insert into versions (version_id) values ('x') returning *) select * from a",
    "select * from query('with a as (copy (select 1) to ''{path}'') select 1')",
    "select * from json_execute_serialized_sql(json_serialize_sql('select 1'))",
    "select * from \"json_execute_serialized_sql\"(json_serialize_sql('select 1'))",
    "attach '{path}'",
    "set threads = 1",
    "install httpfs",
    "load httpfs",
    "create table a (b int)",
    "insert into samples (sample_id) values ('x')",
    "delete from versions",
    "drop view samples",
    "pragma enable_profiling",
    "call pragma_version()",
    "export database '{path}'",
    "prepare a as select 1",
    "select 1; select 2",
    "",
    "selec 1",
]


@pytest.mark.parametrize("sql", READS)
def test_reading_is_answered(store: Store, sql: str) -> None:
    with connect(store) as catalog:
        catalog.execute(sql).fetchall()


@pytest.mark.parametrize("sql", WRITES)
def test_all_else_is_refused_with_a_sentence_and_writes_nothing(store: Store, sql: str) -> None:
    path = store.root / "written.parquet"
    with connect(store) as catalog, pytest.raises(QueryError) as caught:
        catalog.execute(sql.format(path=path))
    assert "\n" not in str(caught.value)
    assert not Path(path).exists()


def test_the_refusal_says_what_is_possible() -> None:
    with pytest.raises(QueryError, match=r"for reading: ask one SELECT, .*, not COPY"):
        check_reading("copy samples to 'x.parquet'")
