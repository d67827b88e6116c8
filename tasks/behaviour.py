"""Behaviour: what the chains of a version do on their way, as rows of ``judgements``.

A *subject* is a trace of a teacher or a prediction of a student. A prediction is read by the dialect and the spaces that it was asked for
with, as its ``scores`` say, or as is said here. Of an answer that several protocols judge, the strict one's row is the subject. What was
counted before by the same sources is found again by its key. The run has the stage ``behaviour``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import Field, field_validator

from data.benchmarks.benchmark import STRICT
from data.benchmarks.comparing import Cell
from data.benchmarks.sides import Wanted, find_predictions, score_of, settings_of
from data.catalog import connect
from data.config import Section
from data.dialects import Turn, get_dialect
from data.identity import Kind, canonical_json, digest, new_run_id
from data.rows import Row, sample_from_row, trace_from_row
from data.sample import Sample
from data.scoring.behaviour import DISTINCT_RADIUS, behaviour_of, judgement_rows
from data.store import Store, StoreError, Version
from data.store.images import ImageReader
from data.trace import Trace
from data.viewing import SPACE_PATTERN, ViewConfig
from tasks.run import Record
from tasks.sources import source_hash

BEHAVIOUR = "behaviour"
MODULES = ("tasks.behaviour",)
"""What decides the rows, beside the version."""


class Reading(Section):
    """How behaviour is counted."""

    radius: float = Field(default=DISTINCT_RADIUS, ge=0, allow_inf_nan=False)
    """Pixels of the stored image within which two places are one."""
    dialect: str | None = None
    """The dialect of predictions; None is as their scores say."""
    space: str | None = None
    """The space of predictions' coordinates (``pixel``, ``resized``, ``unit``, ``grid:N``); None is as their scores say."""

    @field_validator("dialect")
    @classmethod
    def _exists(cls, dialect: str | None) -> str | None:
        return dialect and get_dialect(dialect).name

    @field_validator("space")
    @classmethod
    def _is_space(cls, space: str | None) -> str | None:
        if space is not None and not SPACE_PATTERN.fullmatch(space):
            raise ValueError(f"a space is pixel, resized, unit or grid:N, not {space!r}")
        return space


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
class Noted:
    """The chains, and the version of ``judgements`` that says what they do."""

    subjects: Sequence[Subject]
    version: Version
    is_new: bool


def note_behaviour(store: Store, reference: str, reading: Reading, wanted: Wanted | None = None, *, of_traces: bool = False) -> Noted:
    """Publish what the chains do that a reference names, unless it was published before. Raises ``StoreError``."""
    version, rows = _find(store, reference, wanted or Wanted(), of_traces)
    subjects = list(_subjects(store, version, rows))
    named = [subject.subject_id for subject in subjects]
    settings = {"version": version.version_id, "reading": reading.model_dump(mode="json"), "subjects": digest(*sorted(named))}
    key = digest(BEHAVIOUR, settings, source_hash(MODULES))
    if made := store.find(key):
        return Noted(subjects, made.outputs["judgements"], is_new=False)
    run_id = new_run_id()
    inputs = {version.table_name: version.version_id}
    columns = {"stage": BEHAVIOUR, "inputs": canonical_json(inputs), "config": canonical_json(settings), "stage_key": key}
    with (
        Record(store.run(run_id), columns),
        store.draft(stage=BEHAVIOUR, stage_key=key, run_id=run_id, parents=[version], config=settings) as draft,
    ):
        draft.add("judgements", [row | {"run_id": run_id} for row in _rows(store, version, subjects, reading)])
        return Noted(subjects, draft.publish().outputs["judgements"], is_new=True)


def _find(store: Store, reference: str, wanted: Wanted, of_traces: bool) -> tuple[Version, list[Row]]:
    versions = store.versions("traces")
    made = [version for version in versions if reference.startswith(f"{Kind.RUN}_") and version.run_id.startswith(reference)]
    is_version = reference.startswith(f"{Kind.VERSION}_") and any(version.version_id.startswith(reference) for version in versions)
    if len({version.run_id for version in made}) > 1:
        raise StoreError(f"{len(made)} runs that made traces have an id that starts with {reference!r}")
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


def _rows(store: Store, version: Version, subjects: Sequence[Subject], reading: Reading) -> Iterator[Row]:
    samples = _samples(store, {subject.row["sample_id"] for subject in subjects if subject.row["sample_id"]})
    read = _Reader(store, version, reading) if version.table_name == "predictions" else None
    for subject in subjects:
        sample = samples.get(subject.row["sample_id"] or "")
        if sample is None:
            yield from judgement_rows(subject.subject_id, None, "the store does not hold its sample")
            continue
        trace, error = read.read(subject.row, sample) if read is not None else (trace_from_row(subject.row), subject.row["parse_error"])
        behaviour = behaviour_of(trace, sample, reading.radius) if trace is not None else None
        yield from judgement_rows(subject.subject_id, behaviour, None if behaviour else error or "it could not be read")


def _samples(store: Store, sample_ids: set[str]) -> dict[str, Sample]:
    with connect(store) as catalog:
        rows = catalog.arrow("select * from samples where sample_id in (select unnest(?::varchar[]))", [sorted(sample_ids)])
    return {row["sample_id"]: sample_from_row(row) for row in rows.to_pylist()}


class _Reader:
    """Reads predictions as they were asked for."""

    def __init__(self, store: Store, version: Version, reading: Reading) -> None:
        self._images = ImageReader(store)
        self._reading = reading
        self._scores = score_of(store, version)
        self._asked: dict[Cell, tuple[str, ViewConfig]] = {}

    def read(self, row: Row, sample: Sample) -> tuple[Trace | None, str | None]:
        """The chain of a prediction, or why there is none."""
        if not all(image_id in self._images for image_id in sample.image_ids):
            return None, "the store does not hold its images"
        dialect, view = self._asking(Cell(row["benchmark"], row["protocol"], row["mode"]))
        frames = view.frames([self._images.size(image_id) for image_id in sample.image_ids])
        said = [Turn(turn["role"], turn["text"] or "") for turn in row["turns"] or () if turn["role"] == "assistant"]
        parsed = get_dialect(dialect).parse_turns(said or [Turn("assistant", row["text"] or "")], frames, sample.task)
        return parsed.trace, parsed.error

    def _asking(self, cell: Cell) -> tuple[str, ViewConfig]:
        if cell not in self._asked:
            student: Mapping[str, Any] = settings_of(self._scores.get(cell)).get("student") or {}
            dialect = self._reading.dialect or student.get("dialect")
            view = {"space": self._reading.space} if self._reading.space else student.get("view")
            if dialect is None or view is None:
                raise StoreError(f"no scores say how {cell.benchmark} was asked in the mode {cell.mode}; say the dialect and the space")
            self._asked[cell] = str(dialect), ViewConfig.model_validate(view)
        return self._asked[cell]
