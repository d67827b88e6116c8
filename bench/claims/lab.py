"""Lab: makes what stages make, each once, in a store of its own, several at a time."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from flows.environment import prepare

prepare(quiet=True)

from data.store import Manifest, Store  # noqa: E402
from flows.recipe import load_recipe  # noqa: E402
from flows.walk import Made, order_for  # noqa: E402
from tasks.run import StageRun, carry_out  # noqa: E402
from tasks.stage import Stage  # noqa: E402

Overrides = Mapping[str, Any]
Body = Callable[[StageRun], Manifest]


class Lab:
    """Stages of one recipe. What is wanted by several at the same time is made by the first, and found by the others."""

    def __init__(self, recipe: Path, store: Store) -> None:
        self.store = store
        self._recipe = recipe
        self._locks: dict[str, threading.Lock] = {}
        self.seconds: dict[str, tuple[str, float]] = {}
        """Stage and duration of each run that was asked for, by its id."""

    def make(self, stage: Stage, overrides: Overrides, *given: Made, body: Body | None = None, **marks: str) -> Made:
        """What the stage makes of what others made, later ones first. ``marks`` tell its key from that of the stage as it is."""
        order = order_for(stage, load_recipe(self._recipe, overrides), list(given))
        if marks:
            order = replace(order, settings={**order.settings, **marks})
        with self._locks.setdefault(order.key, threading.Lock()):
            if self.store.find(order.key) is None:
                tell(f"{stage} {order.key[:8]} {' '.join(marks.values())}")
            manifest = carry_out(self.store, order, body or body_of(stage))
        self.seconds[manifest.run_id] = (str(stage), self._duration(manifest.run_id))
        return manifest.outputs

    def rows(self, made: Made, table_name: str, columns: list[str] | None = None) -> list[dict[str, Any]]:
        """The rows of a version that a stage made."""
        return self.store.read(made[table_name], columns).to_pylist()

    def minutes(self) -> dict[str, float]:
        """Minutes of work by stage; stages that ran side by side count both."""
        found: dict[str, float] = {}
        for stage, seconds in self.seconds.values():
            found[stage] = found.get(stage, 0.0) + seconds / 60
        return {stage: round(minutes, 1) for stage, minutes in found.items()}

    def _duration(self, run_id: str) -> float:
        row = self.store.run(run_id).recorded()
        started, finished = row.get("started_at"), row.get("finished_at")
        return (finished - started).total_seconds() if isinstance(started, datetime) and isinstance(finished, datetime) else 0.0


def body_of(stage: Stage) -> Body:
    """The stage's work as a plain function; only what is spread over Prefect tasks needs a flow around it."""
    from tasks.curate import curate_traces
    from tasks.evaluate import evaluate_student
    from tasks.finetune import finetune_student
    from tasks.generate import generate_traces
    from tasks.ingest import ingest_sources
    from tasks.pretrain import pretrain_student
    from tasks.publish import publish_conversations
    from tasks.reinforce import reinforce_student

    bodies: dict[Stage, Body] = {
        Stage.INGEST: ingest_sources.fn,
        Stage.GENERATE: in_flow(generate_traces),
        Stage.CURATE: curate_traces.fn,
        Stage.PUBLISH: publish_conversations.fn,
        Stage.PRETRAIN: pretrain_student.fn,
        Stage.FINETUNE: finetune_student.fn,
        Stage.REINFORCE: reinforce_student.fn,
        Stage.EVALUATE: evaluate_student.fn,
    }
    return bodies[stage]


def in_flow(body: Body) -> Body:
    """The work inside a Prefect flow."""
    from prefect import flow

    def work(run: StageRun) -> Manifest:
        made: Manifest = flow(name=str(run.order.stage))(lambda: body(run))()
        return made

    return work


def tell(what: str) -> None:
    """Say on stderr what is begun."""
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {what}\n")
    sys.stderr.flush()
