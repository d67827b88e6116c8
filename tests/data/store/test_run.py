"""Live rows: steps that are whole or absent, segments that are on disk at once, a run's row."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from threading import Thread

import pytest

from data.store import Store, StoreError
from data.store.run import read_segment


def rollout(step: int, index: int, **more: object) -> dict[str, object]:
    return {"rollout_id": f"rol_{step}_{index}", "step": step, "index": index, **more}


def test_steps_are_read_in_order_and_through_a_step(store: Store) -> None:
    run = store.run("run_a")
    for step in (10, 2, 1):
        run.write_step("rollouts", step, [rollout(step, 0), rollout(step, 1)])
    assert run.read("rollouts").column("step").to_pylist() == [1, 1, 2, 2, 10, 10]
    assert run.read("rollouts", through_step=2).num_rows == 4
    assert run.steps("rollouts") == [1, 2, 10]


def test_rows_get_the_id_of_their_run(store: Store) -> None:
    run = store.run("run_a")
    run.write_step("metrics", 1, [{"step": 1, "name": "loss", "value": 0.5}])
    run.append("requests", {"request_id": "req_1"})
    assert run.read("metrics").column("run_id").to_pylist() == ["run_a"]
    assert run.read("requests").column("run_id").to_pylist() == ["run_a"]


def test_a_step_written_again_replaces_the_earlier_one(store: Store) -> None:
    run = store.run("run_a")
    run.write_step("metrics", 1, [{"step": 1, "name": "loss", "value": 0.5}])
    run.write_step("metrics", 1, [{"step": 1, "name": "loss", "value": 0.25}])
    assert run.read("metrics").column("value").to_pylist() == [0.25]


def test_rows_of_another_step_or_twice_the_same_key_are_errors(store: Store) -> None:
    run = store.run("run_a")
    with pytest.raises(StoreError, match="rollouts of run run_a, step 2, has rows of step 1"):
        run.write_step("rollouts", 2, [rollout(1, 0)])
    with pytest.raises(StoreError, match=r"two rows with .*rol_1_0.* in step 1 of run run_a"):
        run.write_step("rollouts", 1, [rollout(1, 0), rollout(1, 0)])


def test_only_live_tables_have_live_rows(store: Store) -> None:
    with pytest.raises(StoreError, match="traces is no live table; live are requests, seen,"):
        store.run("run_a").append("traces", {"trace_id": "trc_1"})


APPEND = """
import os, signal, sys
from data.store import Store
run = Store.open(sys.argv[1]).run("run_a")
for number in range(5):
    run.append("requests", {"request_id": f"req_{number}", "status": "ok"})
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_appended_rows_survive_a_kill_and_a_torn_last_line(store: Store) -> None:
    subprocess.run([sys.executable, "-c", APPEND, str(store.root)], check=False)
    segment = store.run("run_a").files("requests")[0]
    segment.write_bytes(segment.read_bytes() + b'{"request_id": "req_5", "stat')
    store.run("run_a").append("requests", {"request_id": "req_6"})
    assert [row["request_id"] for row in store.requests()] == ["req_0", "req_1", "req_2", "req_3", "req_4", "req_6"]


def test_a_damaged_line_that_is_not_the_last_is_named(store: Store) -> None:
    store.run("run_a").append("requests", {"request_id": "req_0"})
    segment = store.run("run_a").files("requests")[0]
    segment.write_bytes(b"{oops\n" + segment.read_bytes())
    with pytest.raises(StoreError, match=r"line 1 of .*segment-.* is damaged"):
        list(read_segment(segment))


def test_threads_append_whole_lines(store: Store) -> None:
    run = store.run("run_a")

    def append_some(name: int) -> None:
        for number in range(10):
            run.append("requests", {"request_id": f"{name}-{number}", "response": "x" * 9_000})

    threads = [Thread(target=append_some, args=[name]) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({row["request_id"] for row in store.requests()}) == 40


def test_times_keep_their_zone_in_a_segment(store: Store) -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
    store.run("run_a").append("requests", {"request_id": "req_0", "started_at": moment})
    assert next(iter(store.requests()))["started_at"] == moment


def test_what_is_no_json_is_refused_before_it_is_written(store: Store) -> None:
    with pytest.raises(StoreError, match="a row of requests is no JSON"):
        store.run("run_a").append("requests", {"request_id": "req_0", "latency_s": float("nan")})
    assert list(store.requests()) == []


def test_folding_moves_live_rows_into_a_version(store: Store) -> None:
    run = store.run("run_a")
    run.append("requests", {"request_id": "req_0", "status": "error"})
    run.append("requests", {"request_id": "req_0", "status": "ok"})
    for step in range(1, 4):
        run.write_step("rollouts", step, [rollout(step, 0, rewards={"format": 1.0})])
    with store.draft(stage="reinforce", stage_key="k", run_id="run_a") as draft:
        run.fold("requests", draft)
        run.fold("rollouts", draft)
        outputs = draft.publish().outputs
    assert store.live_files("rollouts") == store.live_files("requests") == []
    assert len(outputs["rollouts"].files) == 1
    assert outputs["rollouts"].reward_parts == ("format",)
    assert [row["status"] for row in store.requests()] == ["ok"]


def test_rows_appended_after_a_fold_are_live(store: Store) -> None:
    run = store.run("run_a")
    run.append("requests", {"request_id": "req_0"})
    with store.draft(stage="generate", stage_key="k", run_id="run_a") as draft:
        run.fold("requests", draft)
        run.append("requests", {"request_id": "req_1"})
        draft.publish()
    assert [row["request_id"] for row in store.requests()] == ["req_0", "req_1"]


def test_the_row_of_a_run_gathers_what_is_recorded(store: Store) -> None:
    run = store.run("run_a")
    run.record(stage="curate", status="running", config={"b": 1, "a": 2})
    run.heartbeat()
    row = store.run("run_a").recorded()
    assert (row["run_id"], row["stage"], row["config"]) == ("run_a", "curate", '{"a":2,"b":1}')
    assert row["heartbeat_at"].tzinfo is not None


def test_heartbeats_lose_nothing_that_is_recorded_meanwhile(store: Store) -> None:
    def beat() -> None:
        for _ in range(20):
            store.run("run_a").heartbeat()

    beats = Thread(target=beat)
    beats.start()
    for number in range(20):
        store.run("run_a").record(status=f"status {number}")
    beats.join()
    assert store.run("run_a").recorded()["status"] == "status 19"


def test_an_undeclared_column_of_a_run_is_named(store: Store) -> None:
    with pytest.raises(StoreError, match=r"runs has columns \['colour'\]"):
        store.run("run_a").record(colour="red")
