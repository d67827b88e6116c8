"""Chains: the chains of thought of subjects, read as they were asked for.

A prediction is read by the dialect and the spaces that it was asked for with, as its ``scores`` say, or as is said here; where the answer
was given again beside what the first one looked at, both replies are one chain. Samples and images come into a store by stages of their own
and at times later than what is about them; which of them are ``absent`` decides what can be read, and so is part of the key of whatever is
made of chains.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pydantic import Field, field_validator

from data.benchmarks.comparing import Cell
from data.benchmarks.sides import score_of, settings_of
from data.catalog import connect
from data.config import Section
from data.dialects import get_dialect
from data.rows import Row, sample_from_row, trace_from_row
from data.sample import Sample
from data.scoring.behaviour import DISTINCT_RADIUS
from data.store import Store, StoreError
from data.store.images import ImageReader
from data.trace import Trace
from data.viewing import SPACE_PATTERN, ViewConfig
from tasks.behaviour.replies import UNREAD, read_replies
from tasks.behaviour.subjects import Found, Subject

NO_SAMPLE = "the store does not hold its sample"
NO_IMAGES = "the store does not hold its images"


class Reading(Section):
    """How behaviour is counted."""

    radius: float = Field(default=DISTINCT_RADIUS, ge=0, allow_inf_nan=False)
    """Pixels of the stored image within which two places are one."""
    dialect: str | None = None
    """The dialect of predictions; None is as their scores say."""
    space: str | None = None
    """The space of predictions' coordinates: ``pixel``, ``resized``, ``unit``, ``grid:N``, or ``thousandth``, which is ``grid:1000``; None
    is as their scores say."""

    @field_validator("dialect")
    @classmethod
    def _exists(cls, dialect: str | None) -> str | None:
        return dialect and get_dialect(dialect).name

    @field_validator("space")
    @classmethod
    def _is_space(cls, space: str | None) -> str | None:
        space = "grid:1000" if space == "thousandth" else space
        if space is not None and not SPACE_PATTERN.fullmatch(space):
            raise ValueError(f"a space is pixel, resized, unit, thousandth or grid:N, not {space!r}")
        return space


@dataclass(frozen=True, slots=True)
class Chain:
    """What a subject thought, and about what."""

    sample: Sample
    trace: Trace


class Chains:
    """Reads the chains of subjects from a store."""

    def __init__(self, store: Store, found: Found, reading: Reading) -> None:
        self._store, self._found, self._reading = store, found, reading
        self._has_turns = found.version.table_name == "predictions"
        self._wanted = {subject.row["sample_id"] for subject in found.subjects if subject.row["sample_id"]}
        self._samples = _samples(store, self._wanted)
        self._asked: dict[Cell, tuple[Sequence[str], ViewConfig]] = {}

    @cached_property
    def absent(self) -> list[str]:
        """Ids of samples, and where answers are read also of images, that the store does not hold."""
        shown = {image_id for sample in self._samples.values() for image_id in sample.image_ids} if self._has_turns else set()
        return sorted(self._wanted - self._samples.keys()) + sorted(name for name in shown if name not in self._images)

    def read(self, subject: Subject) -> Chain | str:
        """The chain of a subject, or why there is none. Raises ``StoreError`` where nothing says how answers were asked for."""
        row, sample = subject.row, self._samples.get(subject.row["sample_id"] or "")
        if sample is None:
            return NO_SAMPLE
        said = self._said(row, sample) if self._has_turns else trace_from_row(row) or row["parse_error"] or UNREAD
        return Chain(sample, said) if isinstance(said, Trace) else said

    def _said(self, row: Row, sample: Sample) -> Trace | str:
        """The chain of a prediction, or why there is none."""
        if not all(image_id in self._images for image_id in sample.image_ids):
            return NO_IMAGES
        dialects, view = self._asking(Cell(row["benchmark"], row["protocol"], row["mode"]))
        frames = view.frames([self._images.size(image_id) for image_id in sample.image_ids])
        return read_replies(row, dialects, frames, sample.task)

    @cached_property
    def _images(self) -> ImageReader:
        return ImageReader(self._store)

    @cached_property
    def _scores(self) -> dict[Cell, Row]:
        return score_of(self._store, self._found.version)

    def _asking(self, cell: Cell) -> tuple[Sequence[str], ViewConfig]:
        """The dialect of each reply, and the view."""
        if cell not in self._asked:
            settings = settings_of(self._scores.get(cell))
            student: Mapping[str, Any] = settings.get("student") or {}
            evidence = (settings.get("evaluate") or {}).get("evidence")
            said = [student.get("dialect"), *([evidence["dialect"]] if evidence else [])]
            dialects = [self._reading.dialect or name for name in said]
            view = {"space": self._reading.space} if self._reading.space else student.get("view")
            if None in dialects or view is None:
                raise StoreError(f"no scores say how {cell.benchmark} was asked in the mode {cell.mode}; say the dialect and the space")
            self._asked[cell] = list(map(str, dialects)), ViewConfig.model_validate(view)
        return self._asked[cell]


def _samples(store: Store, sample_ids: set[str]) -> dict[str, Sample]:
    with connect(store) as catalog:
        rows = catalog.arrow("select * from samples where sample_id in (select unnest(?::varchar[]))", [sorted(sample_ids)])
    return {row["sample_id"]: sample_from_row(row) for row in rows.to_pylist()}
