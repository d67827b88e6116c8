"""Subjects: the chains that a reference names.

A *subject* is a trace of a teacher or a prediction of a student. Of an answer that several protocols judge, the strict one's row is the
subject.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from data.benchmarks.benchmark import STRICT
from data.benchmarks.sides import Wanted, find_predictions
from data.identity import Kind, digest
from data.rows import Row
from data.store import Store, StoreError, Version


@dataclass(frozen=True, slots=True)
class Group:
    """What subjects are reported by."""

    recipe: str
    model: str
    way: str
    """The method of a trace; the benchmark and mode of a prediction."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One chain of which behaviour is known."""

    subject_id: str
    group: Group
    row: Row
    correct: bool | None
    """Whether a prediction is right; None of a trace."""


@dataclass(frozen=True)
class Found:
    """The chains of one version."""

    version: Version
    subjects: Sequence[Subject]

    @property
    def named(self) -> dict[str, Any]:
        """What says in a key which they are."""
        return {"version": self.version.version_id, "subjects": digest(*sorted(subject.subject_id for subject in self.subjects))}


def find_subjects(store: Store, reference: str, wanted: Wanted | None = None, *, of_traces: bool = False) -> Found:
    """The chains that a reference names: a version, a run, a model's name or ``latest``. Raises ``StoreError``."""
    version, rows = _find(store, reference, wanted or Wanted(), of_traces)
    return Found(version, tuple(_subjects(store, version, rows)))


def _find(store: Store, reference: str, wanted: Wanted, of_traces: bool) -> tuple[Version, list[Row]]:
    versions = store.versions("traces")
    made = [version for version in versions if reference.startswith(f"{Kind.RUN}_") and version.run_id.startswith(reference)]
    is_version = reference.startswith(f"{Kind.VERSION}_") and any(version.version_id.startswith(reference) for version in versions)
    if (runs := len({version.run_id for version in made})) > 1:
        raise StoreError(f"{runs} runs that made traces have an id that starts with {reference!r}")
    if not (of_traces or made or is_version):
        return find_predictions(store, reference, wanted)
    version = made[-1] if made else store.resolve("traces", reference)
    return version, store.read(version).to_pylist()


def _subjects(store: Store, version: Version, rows: Sequence[Row]) -> Iterator[Subject]:
    if version.table_name == "traces":
        recipe = _recipe(store, version.run_id)
        for row in rows:
            yield Subject(row["trace_id"], Group(recipe, row["teacher"] or "", row["method"] or ""), row, None)
        return
    by_answer: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        item = row["sample_id"] or row["prediction_id"]
        by_answer[row["run_id"], row["checkpoint_id"], row["model"], row["benchmark"], row["mode"], item].append(row)
    recipes = {run_id: _recipe(store, run_id) for run_id in {row["run_id"] for row in rows}}
    for judged in by_answer.values():
        row = next((one for one in judged if one["protocol"] == STRICT), judged[0])
        way = f"{row['benchmark']}, {row['mode']}"
        yield Subject(row["prediction_id"], Group(recipes[row["run_id"]], row["model"] or "", way), row, row["correct"])


def _recipe(store: Store, run_id: str) -> str:
    return store.run(run_id).recorded().get("recipe") or ""
