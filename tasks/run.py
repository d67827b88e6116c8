"""Run: one attempt at an order, from its first record to its last.

A run is a folder of the store with a row in ``runs``. While it works its heartbeat is written every ``HEARTBEAT_S`` seconds; a run that
says it is running and whose heartbeat is old is lost. An order whose last run did not finish goes on in that run's folder, where the
training checkpoints and the paid requests are.
"""

from __future__ import annotations

import contextvars
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import TracebackType
from typing import Any, Self, TypeVar

import psutil

from data.config import Section
from data.identity import canonical_json, new_run_id
from data.store import Draft, Manifest, RunFolder, Store, StoreError
from tasks.progress import Progress
from tasks.stage import Order

HEARTBEAT_S = 5.0
STALE = timedelta(seconds=60)
"""A running run whose heartbeat is older is lost."""
POLL_S = 0.5

Settings = TypeVar("Settings", bound=Section)

parent_run: contextvars.ContextVar[str | None] = contextvars.ContextVar("parent_run", default=None)
"""The pipeline run that stages of this context belong to."""


class Status(StrEnum):
    """Where a run stands. ``lost`` is a reader's conclusion and never written."""

    RUNNING = "running"
    COMPLETE = "complete"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass
class Record:
    """The row of one run in ``runs``, kept alive by a thread while the ``with`` block works."""

    folder: RunFolder
    fields: dict[str, Any]
    progress: Progress = field(default_factory=Progress)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _ended: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        known = self.folder.recorded()
        started = known.get("started_at") or datetime.now(UTC)
        place = {"host": socket.gethostname(), "pid": os.getpid(), "parent_run_id": parent_run.get(), "flow_run_id": _flow_run_id()}
        self._write(**self.fields, **place, status=Status.RUNNING, started_at=started, finished_at=None, error=None)
        context = contextvars.copy_context()
        self._thread = threading.Thread(target=lambda: context.run(self._beat), name=f"heartbeat of {self.folder.run_id}", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.progress.is_broken_off = kind is not None
        self._ended.set()
        self._thread.join()
        status = Status.COMPLETE if kind is None else Status.FAILED if issubclass(kind, Exception) else Status.CANCELLED
        with suppress(StoreError) if error else _nothing():
            self._write(status=status, finished_at=datetime.now(UTC), error=sentence(error) if error else None)

    def _write(self, **fields: Any) -> None:
        with self._lock:
            self.folder.record(heartbeat_at=datetime.now(UTC), **fields)

    def _beat(self) -> None:
        waited = 0.0
        with self.progress.shown(self.fields["stage"]):
            while not self._ended.wait(POLL_S):
                self.progress.look()
                waited += POLL_S
                if waited >= HEARTBEAT_S:
                    waited = 0.0
                    self.progress.tell()
                    with suppress(StoreError):
                        self._write()


@dataclass
class StageRun:
    """What a stage's task is given: its order, its store and its run."""

    store: Store
    order: Order
    run_id: str
    force: bool = False
    progress: Progress = field(default_factory=Progress)

    @property
    def folder(self) -> RunFolder:
        return self.store.run(self.run_id)

    def config(self, kind: type[Settings]) -> Settings:
        """The stage's settings. Raises ``TypeError`` on those of another stage."""
        if not isinstance(self.order.config, kind):
            raise TypeError(f"{self.order.stage} was given a {type(self.order.config).__name__}, not a {kind.__name__}")
        return self.order.config

    def draft(self) -> Draft:
        """A draft of this stage's outputs with its key, parents and settings."""
        order = self.order
        return self.store.draft(
            stage=order.stage,
            stage_key=order.key,
            run_id=self.run_id,
            parents=order.parents,
            config=dict(order.settings),
            prompt_hashes=order.prompt_hashes,
            force=self.force,
        )


def carry_out(store: Store, order: Order, body: Callable[[StageRun], Manifest], *, force: bool = False) -> Manifest:
    """What the order's key published before, or else what ``body`` publishes now, in a recorded run."""
    if not force and (made := store.find(order.key)):
        settle(store, made)
        return made
    run = StageRun(store, order, new_run_id() if force else unfinished_run(store, order.key) or new_run_id(), force)
    with Record(store.run(run.run_id), describe(order), run.progress):
        return body(run)


def describe(order: Order) -> dict[str, Any]:
    """The order as columns of ``runs``."""
    inputs = {name: version.version_id for name, version in order.inputs.items()}
    return {
        "stage": str(order.stage),
        "recipe": order.recipe,
        "inputs": canonical_json(inputs),
        "config": canonical_json(order.config.model_dump(mode="json")),
        "stage_key": order.key,
    }


def unfinished_run(store: Store, stage_key: str) -> str | None:
    """The newest run of a stage key that did not finish and is not at work."""
    for run_id in reversed(store.run_ids()):
        row = store.run(run_id).recorded()
        if row.get("stage_key") == stage_key and row.get("status") != Status.COMPLETE and not is_at_work(row):
            return run_id
    return None


def is_at_work(row: dict[str, Any]) -> bool:
    """Whether the process of a run is alive, as far as this machine can tell."""
    if row.get("status") != Status.RUNNING or datetime.now(UTC) - row["heartbeat_at"] > STALE:
        return False
    return row.get("host") != socket.gethostname() or (row["pid"] != os.getpid() and psutil.pid_exists(row["pid"]))


def settle(store: Store, manifest: Manifest) -> None:
    """Mark a run complete that published and died before it could say so."""
    folder = store.run(manifest.run_id)
    row = folder.recorded()
    if row.get("status") not in (None, Status.COMPLETE) and not is_at_work(row):
        folder.record(status=Status.COMPLETE, finished_at=manifest.created_at, error=None)


def sentence(error: BaseException) -> str:
    """The error as one line, 500 characters at most."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text[:500]


@contextmanager
def _nothing() -> Iterator[None]:
    yield


def _flow_run_id() -> str | None:
    import sys

    if "prefect" not in sys.modules:
        return None
    from prefect.runtime import flow_run

    return str(flow_run.id) if flow_run.id else None
