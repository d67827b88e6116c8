import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data.sources.config import IngestConfig, ScenesConfig
from data.store import Manifest, Store, StoreError
from models.student.config import StudentConfig
from tasks.ingest import ingest_sources
from tasks.run import STALE, StageRun, Status, carry_out, is_at_work
from tasks.stage import Order, Stage

NOBODY = 2**22 + 1
"""A process id beyond the kernel's largest."""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "store")


@pytest.fixture
def order() -> Order:
    config = IngestConfig(sources=[ScenesConfig(count=3)])
    return Order(Stage.INGEST, "test", config, StudentConfig(), {}, settings=config.model_dump(mode="json"))


def failing(error: BaseException) -> Callable[[StageRun], Manifest]:
    def body(run: StageRun) -> Manifest:
        raise error

    return body


def statuses(store: Store) -> list[str]:
    return [store.run(run_id).recorded()["status"] for run_id in store.run_ids()]


def test_an_order_is_carried_out_once(store: Store, order: Order) -> None:
    first = carry_out(store, order, ingest_sources.fn)
    second = carry_out(store, order, failing(AssertionError("ran again")))
    assert first == second
    assert statuses(store) == [Status.COMPLETE]


def test_a_forced_order_is_carried_out_again_in_a_run_of_its_own(store: Store, order: Order) -> None:
    first = carry_out(store, order, ingest_sources.fn)
    second = carry_out(store, order, ingest_sources.fn, force=True)
    assert first.run_id != second.run_id
    assert first.outputs["samples"].version_id == second.outputs["samples"].version_id


def test_a_failure_is_recorded_in_one_line(store: Store, order: Order) -> None:
    with pytest.raises(StoreError):
        carry_out(store, order, failing(StoreError("no room\nat all")))
    row = store.run(store.run_ids()[0]).recorded()
    assert (row["status"], row["error"]) == (Status.FAILED, "no room at all")


def test_an_interrupt_is_recorded_as_cancelled(store: Store, order: Order) -> None:
    with pytest.raises(KeyboardInterrupt):
        carry_out(store, order, failing(KeyboardInterrupt()))
    assert statuses(store) == [Status.CANCELLED]


def test_an_order_that_did_not_finish_goes_on_in_its_run(store: Store, order: Order) -> None:
    with pytest.raises(StoreError):
        carry_out(store, order, failing(StoreError("no room")))
    made = carry_out(store, order, ingest_sources.fn)
    assert store.run_ids() == [made.run_id]
    assert statuses(store) == [Status.COMPLETE]


def test_a_run_that_died_after_publishing_is_settled(store: Store, order: Order) -> None:
    made = carry_out(store, order, ingest_sources.fn)
    store.run(made.run_id).record(status=Status.RUNNING, pid=NOBODY)
    carry_out(store, order, ingest_sources.fn)
    assert statuses(store) == [Status.COMPLETE]


@pytest.mark.parametrize(("age", "pid", "expected"), [(0, os.getppid(), True), (0, NOBODY, False), (2, os.getppid(), False)])
def test_a_run_is_at_work_while_its_process_lives_and_its_heart_beats(age: int, pid: int, expected: bool) -> None:
    import socket

    beat = datetime.now(UTC) - age * (STALE + timedelta(seconds=1))
    assert is_at_work({"status": Status.RUNNING, "heartbeat_at": beat, "pid": pid, "host": socket.gethostname()}) is expected


def test_settings_and_parents_decide_the_key(order: Order) -> None:
    other = Order(order.stage, "renamed", order.config, order.student, {}, settings=order.settings)
    changed = Order(order.stage, "test", order.config, order.student, {}, settings={**order.settings, "max_image_pixels": 1})
    assert order.key == other.key
    assert order.key != changed.key
