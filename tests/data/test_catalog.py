"""The catalog: every view unique on its key, current while a run writes, and closed to everything else."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import duckdb
import pytest

from data.catalog import Catalog, QueryError, connect, query, write_catalog
from data.store import Store, Version
from data.tables import TABLES

STAGES: dict[str, dict[str, list[dict[str, Any]]]] = {
    "ingest": {
        "samples": [{"sample_id": f"smp_{n}", "image_ids": [f"img_{n}"], "task": "point"} for n in range(6)],
        "images": [{"image_id": f"img_{n}", "bytes": bytes([n])} for n in range(6)],
        "rejects": [{"run_id": "run_ingest", "locator": "line 7", "reason": "inverted box"}],
    },
    "ingest_again": {
        "samples": [{"sample_id": f"smp_{n}", "image_ids": [f"img_{n}"], "task": "point"} for n in range(3, 9)],
        "images": [{"image_id": f"img_{n}", "bytes": bytes([n])} for n in range(3, 9)],
        "rejects": [{"run_id": "run_ingest_again", "locator": "line 7", "reason": "inverted box"}],
    },
    "generate": {"traces": [{"trace_id": f"trc_{n}", "sample_id": f"smp_{n}", "request_ids": [f"req_{n}"]} for n in range(6)]},
    "curate": {"verdicts": [{"trace_id": f"trc_{n}", "sample_id": f"smp_{n}", "kept": n < 4} for n in range(6)]},
    "curate_again": {"verdicts": [{"trace_id": f"trc_{n}", "sample_id": f"smp_{n}", "kept": n < 2} for n in range(6)]},
    "publish": {"sft": [{"trace_id": f"trc_{n}", "dialect": "vigorl", "sample_id": f"smp_{n}"} for n in range(4)]},
    "publish_again": {"sft": [{"trace_id": f"trc_{n}", "dialect": "vigorl", "sample_id": f"smp_{n}"} for n in range(2)]},
    "judge": {"judgements": [{"subject_id": "trc_0", "name": "faithful", "value": 1.0}]},
    "judge_again": {"judgements": [{"subject_id": "trc_0", "name": "faithful", "value": 0.0}]},
    "evaluate": {
        "predictions": [{"prediction_id": "prd_0", "sample_id": "smp_0", "correct": True}],
        "scores": [{"run_id": "run_evaluate", "benchmark": "scenes", "metric": "accuracy", "value": 1.0}],
    },
}


def publish(store: Store, stage: str) -> dict[str, Version]:
    with store.draft(stage=stage.removesuffix("_again"), stage_key=stage, run_id=f"run_{stage}") as draft:
        for name, rows in STAGES[stage].items():
            draft.add(name, rows)
        return draft.publish().outputs


def write_steps(store: Store, run_id: str, steps: range, part: str) -> None:
    run = store.run(run_id)
    run.append("requests", {"request_id": f"req_{run_id}", "status": "ok"})
    for step in steps:
        rows = [
            {"rollout_id": f"rol_{run_id}_{step}_{n}", "step": step, "sample_id": f"smp_{n}", "outcome": 1.0, "rewards": {part: float(n)}}
            for n in range(3)
        ]
        run.write_step("rollouts", step, rows)
        run.write_step("rollout_tokens", step, [{"step": step, "rollout_id": row["rollout_id"], "ids": [step]} for row in rows])
        run.write_step("groups", step, [{"step": step, "group_id": "grp_0", "sample_id": "smp_0"}])
        run.write_step("metrics", step, [{"step": step, "name": "loss", "value": 1 / step}])
        run.write_step("seen", step, [{"step": step, "trace_id": "trc_0"}])
        run.write_step("difficulty", step, [{"step": step, "sample_id": "smp_0", "attempts": step}])
        run.write_step("archive", step, [{"step": step, "sample_id": "smp_0", "rollout_id": f"rol_{run_id}_{step}_0"}])


def fold(store: Store, run_id: str) -> None:
    with store.draft(stage="reinforce", stage_key=run_id, run_id=run_id) as draft:
        for name, table in TABLES.items():
            if table.is_live:
                store.run(run_id).fold(name, draft)
        draft.publish()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store after a demo, some stages run again, one reinforce run folded and one alive."""
    store = Store.open(tmp_path_factory.mktemp("made") / "store")
    for stage in STAGES:
        publish(store, stage)
    write_steps(store, "run_folded", range(1, 4), "format")
    fold(store, "run_folded")
    write_steps(store, "run_live", range(1, 3), "soft iou")
    store.run("run_live").record(stage="reinforce", status="running", started_at=datetime.now(UTC))
    return store


@pytest.fixture
def full(made: Store, tmp_path: Path) -> Store:
    """A copy of that store to do with as one likes."""
    shutil.copytree(made.root, tmp_path / "full")
    store = Store.open(tmp_path / "full")
    store.run("run_live").heartbeat()
    return store


@pytest.fixture
def catalog(made: Store) -> Iterator[Catalog]:
    with connect(made) as opened:
        yield opened


def answer(catalog: Catalog, sql: str) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = catalog.execute(sql).fetchall()
    return rows


@pytest.mark.parametrize("name", TABLES)
def test_every_view_is_unique_on_its_key(catalog: Catalog, name: str) -> None:
    key = ", ".join(f'"{column}"' for column in TABLES[name].key)
    assert answer(catalog, f"select {key} from {name} group by all having count(*) > 1") == []
    if name != "trees":
        assert answer(catalog, f"select count(*) > 0 from {name}") == [(True,)]


@pytest.mark.parametrize("name", TABLES)
def test_every_view_of_an_empty_store_has_its_columns(store: Store, name: str) -> None:
    columns, rows = query(store, f"select * from {name}")
    assert rows == []
    assert set(TABLES[name].schema.names) <= set(columns)


def test_entities_are_the_union_of_their_versions(catalog: Catalog) -> None:
    assert answer(catalog, "select count(*), count(distinct sample_id) from samples") == [(9, 9)]
    assert answer(catalog, "select count(*) from images") == [(9,)]
    assert answer(catalog, "select count(*) from rejects") == [(2,)]


def test_joins_keep_row_counts(catalog: Catalog) -> None:
    assert answer(catalog, "select count(*) from traces join samples using (sample_id)") == [(6,)]
    assert answer(catalog, "select count(*) from rollouts join samples using (sample_id)") == [(15,)]
    assert answer(catalog, "select count(*) from samples join images on image_id = image_ids[1]") == [(9,)]
    assert answer(catalog, "select count(*) from latest('verdicts') join traces using (trace_id)") == [(6,)]


def test_each_version_of_verdicts_is_asked_by_itself(made: Store, catalog: Catalog) -> None:
    first = made.versions("verdicts")[0].version_id
    kept = "select count(*) filter (where kept) from"
    assert answer(catalog, f"{kept} latest('verdicts')") == [(2,)]
    assert answer(catalog, f"{kept} at_version('verdicts', '{first[:14]}')") == [(4,)]
    assert answer(catalog, "select count(*), count(distinct version_id) from verdicts") == [(12, 2)]


def test_a_judgement_is_shown_as_it_was_last_made(catalog: Catalog) -> None:
    assert answer(catalog, "select value, version_id like 'ver_%' from judgements") == [(0.0, True)]


def test_an_ambiguous_version_is_refused(catalog: Catalog) -> None:
    with pytest.raises(QueryError, match="names 2 versions of the table, not one"):
        answer(catalog, "select * from at_version('verdicts', 'ver_')")


def test_rollouts_spread_the_parts_of_their_reward(catalog: Catalog) -> None:
    sql = 'select run_id, sum(reward_format), sum("reward_soft iou") from rollouts group by all order by all'
    assert answer(catalog, sql) == [("run_folded", 9.0, None), ("run_live", None, 6.0)]


def test_a_forced_version_over_the_same_run_doubles_nothing(full: Store) -> None:
    with full.draft(stage="reinforce", stage_key="run_folded", run_id="run_folded", force=True) as draft:
        draft.add("rollouts", [{"rollout_id": "rol_run_folded_1_0", "run_id": "run_folded", "step": 1, "text": "again"}])
        draft.publish()
    sql = "select count(*), count(*) filter (where text = 'again') from rollouts where run_id = 'run_folded'"
    assert query(full, sql)[1] == [(9, 1)]


def test_an_object_shared_by_two_versions_is_shown_once(full: Store) -> None:
    with full.draft(stage="ingest", stage_key="third", run_id="run_third") as draft:
        draft.add("samples", STAGES["ingest"]["samples"])
        draft.publish()
    assert query(full, "select count(*) from samples")[1] == [(9,)]
    assert query(full, "select count(*) from latest('samples')")[1] == [(6,)]


def test_a_version_whose_file_is_missing_does_not_take_the_view_with_it(full: Store) -> None:
    (full.root / full.versions("samples")[0].files[0].path).unlink()
    assert query(full, "select count(*) from samples")[1] == [(6,)]
    assert query(full, "select count(*) from versions where not complete")[1] == [(1,)]


def test_a_running_run_without_a_heartbeat_reads_as_lost(full: Store) -> None:
    assert query(full, "select status from runs")[1] == [("running",)]
    full.run("run_live").record(heartbeat_at=datetime.now(UTC) - timedelta(seconds=61))
    assert query(full, "select status from runs")[1] == [("lost",)]
    full.run("run_live").record(status="completed")
    assert query(full, "select status from runs")[1] == [("completed",)]


def test_the_latest_word_on_a_request_counts(full: Store) -> None:
    full.run("run_live").append("requests", {"request_id": "req_run_folded", "status": "error"})
    segment = full.run("run_live").files("requests")[0]
    segment.write_bytes(segment.read_bytes() + b'{"request_id": "req_to')
    assert query(full, "select request_id, status from requests order by 1")[1] == [("req_run_folded", "error"), ("req_run_live", "ok")]


def test_the_catalog_is_read_while_a_run_writes(full: Store) -> None:
    stop = Event()

    def work() -> None:
        for step in range(3, 10_000):
            write_steps(full, "run_live", range(step, step + 1), "soft iou")
            if stop.is_set():
                return

    writer = Thread(target=work)
    writer.start()
    counts = [query(full, "select count(*), count(distinct rollout_id) from rollouts")[1][0] for _ in range(5)]
    stop.set()
    writer.join()
    assert all(rows == distinct for rows, distinct in counts)
    assert counts == sorted(counts)


def test_other_programs_read_the_written_catalog_and_see_later_steps(full: Store) -> None:
    write_catalog(full)
    with duckdb.connect(str(full.root / "catalog.duckdb"), read_only=True) as other:
        assert other.execute("select count(*) from rollouts").fetchall() == [(15,)]
        write_steps(full, "run_live", range(3, 4), "soft iou")
        write_catalog(full)
        assert other.execute("select count(*) from rollouts").fetchall() == [(18,)]
        assert other.execute("select count(*) from latest('sft')").fetchall() == [(2,)]
        for name, table in TABLES.items():
            key = ", ".join(f'"{column}"' for column in table.key)
            assert other.execute(f"select {key} from {name} group by all having count(*) > 1").fetchall() == []


def test_a_written_catalog_of_an_empty_store_answers(store: Store) -> None:
    write_catalog(store)
    with duckdb.connect(str(store.root / "catalog.duckdb"), read_only=True) as other:
        assert [other.execute(f"select count(*) from {name}").fetchall() for name in TABLES] == [[(0,)]] * len(TABLES)
    assert query(store, "select count(*) from runs")[1] == [(0,)]


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_text('/etc/hostname')",
        "select * from read_csv('https://example.org/a.csv')",
        "select * from glob('/etc/*')",
    ],
)
def test_nothing_outside_the_store_is_read(catalog: Catalog, sql: str) -> None:
    with pytest.raises(QueryError, match="reads nothing outside the store"):
        answer(catalog, sql)


def test_parameters_are_bound_and_errors_are_one_line(catalog: Catalog) -> None:
    assert catalog.execute("select count(*) from samples where sample_id = ?", ["smp_1"]).fetchall() == [(1,)]
    assert catalog.arrow("select count(*) as n from samples where sample_id = $id", {"id": "smp_1"}).to_pylist() == [{"n": 1}]
    with pytest.raises(QueryError, match="colour") as caught:
        answer(catalog, "select colour from samples")
    assert "\n" not in str(caught.value)


def test_boxes_are_compared_in_sql(catalog: Catalog) -> None:
    assert answer(catalog, "select iou(0, 0, 2, 1, 1, 0, 3, 1), point_in_box(1, 1, 0, 0, 2, 2)") == [(1 / 3, True)]
