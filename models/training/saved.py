"""Saved: the rollouts of a run as its tables hold them, read again as they were read when they were made. No model is needed."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from data.catalog import Catalog, connect
from data.dialects import get_dialect
from data.rows import sample_from_row
from data.sample import Sample
from data.scoring import score_answer
from data.space import Frame
from data.store import Store
from data.store.store import LATEST
from models.student.config import StudentConfig
from models.student.turn_rows import spoken_turns
from models.teacher.judge.config import JudgeKind
from models.teacher.judge.judge import Judgement, judgement_name
from models.training.context import Reference, Words
from models.training.errors import TrainingError
from models.training.rollout import Decision, Draw, Group, Rollout, Shown, Stream, group_id

if TYPE_CHECKING:
    from models.student.turns import Episode

Row = dict[str, Any]
JOB = "job.json"
"""What the training was told, in the folder of its run."""
MOST_GROUPS = 100_000
"""Where the search for a group's place in its step ends."""
KINDS = {judgement_name(kind): kind for kind in JudgeKind}


@dataclass(frozen=True, slots=True)
class Told:
    """As much of an episode as a row holds."""

    text: str
    stop_reason: str


@dataclass(frozen=True)
class SavedRun:
    """One run's rollouts."""

    run_id: str
    rows: Sequence[Row]
    """Of ``rollouts``, in order of step, group and index."""
    samples: Mapping[str, Sample]
    sizes: Mapping[str, tuple[int, int]]
    """Width and height in pixels by image id."""
    words: Words
    student: StudentConfig
    missing: Mapping[str, int] = field(default_factory=dict)
    """Rollouts by id of a sample that the store does not hold."""
    rounds: Mapping[str, int] = field(default_factory=dict)
    """In which round of its step a group was drawn, by the group's id; 0 is the first."""
    refilled: frozenset[str] = frozenset()
    """Groups that another took the place of, by id."""

    @cached_property
    def groups(self) -> list[Group]:
        """The rollouts of samples that are there, by group."""
        by_group: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows:
            if row["sample_id"] not in self.missing:
                by_group[row["group_id"]].append(row)
        ordinals = self._ordinals(by_group)
        return [self._group(ordinals[name], rows) for name, rows in by_group.items()]

    @cached_property
    def references(self) -> dict[str, Reference]:
        """What textual groups were compared with, by the id of the group."""
        rollouts = {rollout.rollout_id: (group.step, rollout) for group in self.groups for rollout in group.rollouts}
        named = {row["group_id"]: row["reference_rollout_id"] for row in self.rows if row["reference_rollout_id"] in rollouts}
        found = {name: (rollout_id, *rollouts[rollout_id]) for name, rollout_id in named.items()}
        return {
            name: Reference(rollout_id, step, 0.0, rollout.parsed.trace)
            for name, (rollout_id, step, rollout) in found.items()
            if rollout.parsed.trace is not None
        }

    def frames(self, sample: Sample) -> tuple[Frame, ...]:
        """The frame of each image, as the student of the run saw it."""
        return self.student.view.frames([self.sizes[image_id] for image_id in sample.image_ids])

    def _ordinals(self, by_group: Mapping[str, Sequence[Row]]) -> dict[str, int]:
        """Places of groups in their steps, which their ids are hashes of; those that no place gives stand in the order of the rows."""
        found: dict[str, int] = {}
        by_step: dict[int, list[str]] = defaultdict(list)
        for name, rows in by_group.items():
            by_step[rows[0]["step"]].append(name)
        for step, names in by_step.items():
            places = {group_id(self.run_id, step, place): place for place in range(min(4 * len(names), MOST_GROUPS))}
            found |= {name: places.get(name, number) for number, name in enumerate(names)}
        return found

    def _group(self, ordinal: int, rows: Sequence[Row]) -> Group:
        first = rows[0]
        sample = self.samples[first["sample_id"]]
        shown = Shown(Draw(sample.sample_id), sample, Stream(first["stream"]), first["dialect"], [])
        return Group(first["group_id"], ordinal, first["step"], shown, tuple(self._rollout(sample, row) for row in rows))

    def _rollout(self, sample: Sample, row: Row) -> Rollout:
        frames, dialect = self.frames(sample), get_dialect(row["dialect"])
        said = spoken_turns(row["turns"] or ())
        parsed = dialect.parse_turns(said, frames, sample.task) if said else dialect.parse(row["text"], frames, sample.task)
        sizes = [self.sizes[image_id] for image_id in sample.image_ids]
        score = score_answer(sample, parsed.trace.answer if parsed.trace else None, sizes)
        told = cast("Episode", Told(row["text"], row["stop_reason"]))
        return Rollout(row["rollout_id"], row["index"], told, parsed, score)


def read_saved(store: Store, reference: str, student: StudentConfig | None = None) -> SavedRun:
    """The rollouts of the run with that id, a start of one, or ``latest``, live or published.

    ``student`` is for a run that does not say how its own saw. Raises ``TrainingError`` where no or more than one run is meant.
    """
    with connect(store) as catalog:
        run_id = _run_id(catalog, reference)
        rows = _ask(catalog, "select * from rollouts where run_id = ? order by step, group_id, index", run_id)
        wanted = "sample_id in (select sample_id from rollouts where run_id = ?)"
        samples = {row["sample_id"]: sample_from_row(row) for row in _ask(catalog, f"select * from samples where {wanted}", run_id)}
        images = {image_id for sample in samples.values() for image_id in sample.image_ids}
        sizes = {row["image_id"]: (row["width"], row["height"]) for row in _sizes(catalog, sorted(images))}
        groups = _ask(catalog, "select group_id, round, decision from groups where run_id = ?", run_id)
        words = _ask(catalog, "select subject_id, name, value, error from judgements where run_id = ?", run_id)
    held = {name: sample for name, sample in samples.items() if all(image_id in sizes for image_id in sample.image_ids)}
    missing: dict[str, int] = defaultdict(int)
    for row in rows:
        if row["sample_id"] not in held:
            missing[row["sample_id"]] += 1
    rounds = {row["group_id"]: row["round"] for row in groups}
    refilled = frozenset(row["group_id"] for row in groups if row["decision"] == Decision.REFILLED)
    return SavedRun(run_id, rows, held, sizes, _words(words), _student(store, run_id, student), missing, rounds, refilled)


def _run_id(catalog: Catalog, reference: str) -> str:
    known = [row["run_id"] for row in _ask(catalog, "select distinct run_id from rollouts order by run_id")]
    if reference == LATEST and known:
        return str(known[-1])
    found = [run_id for run_id in known if run_id == reference] or [run_id for run_id in known if run_id.startswith(reference)]
    if len(found) != 1:
        several = f"{len(found)} runs with rollouts have an id that starts with {reference!r}"
        raise TrainingError(f"{several if found else f'no run {reference!r} has rollouts'}; there are {', '.join(known) or 'none'}")
    return str(found[0])


def _sizes(catalog: Catalog, image_ids: Sequence[str]) -> list[Row]:
    asked = "select distinct image_id, width, height from images where list_contains(?, image_id)"
    return _ask(catalog, asked, list(image_ids)) if image_ids else []


def _ask(catalog: Catalog, sql: str, *parameters: Any) -> list[Row]:
    rows: list[Row] = catalog.arrow(sql, list(parameters)).to_pylist()
    return rows


def _words(rows: Sequence[Row]) -> Words:
    return {(row["subject_id"], KINDS[row["name"]]): Judgement(row["value"], row["error"]) for row in rows if row["name"] in KINDS}


def _student(store: Store, run_id: str, other: StudentConfig | None) -> StudentConfig:
    path = store.run(run_id).path / JOB
    if path.exists():
        return StudentConfig.model_validate(json.loads(path.read_bytes())["student"])
    if other is None:
        raise TrainingError(f"run {run_id} has no {JOB}, which says how its student saw; give a recipe with the same [student]")
    return other
