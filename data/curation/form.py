"""Rules on form: whether a trace could be read, how long it is, whether it is said twice, whether a dialect can say it."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyarrow.compute as pc
from pydantic import Field, field_validator

from data.curation.batch import Batch
from data.curation.repeats import NO_KEY, fold_odd, has_double, sketches, text_keys
from data.curation.rule import Remembered, Rule, Texts, is_within
from data.dialects import Loss, get_dialect
from data.rows import trace_from_row
from data.sample import Task
from data.scoring.problems import TASKS
from data.scoring.ragged import Flags, flags
from data.trace import Trace


class Parsed(Rule):
    """The text keeps every rule of its dialect."""

    name: ClassVar[str] = "parsed"

    def look(self, batch: Batch) -> Flags:
        """Looks at the parse error."""
        return batch.is_read & flags(pc.is_null(batch.rows.column("parse_error")))


class Steps(Rule):
    """Neither too few steps nor too many; bounds included."""

    name: ClassVar[str] = "steps"
    minimum: int = Field(default=1, ge=0)
    maximum: int | None = None

    def look(self, batch: Batch) -> Flags:
        """Counts steps."""
        return is_within(batch.steps, self.minimum, self.maximum)


class Length(Rule):
    """Neither too short nor too long; bounds included."""

    name: ClassVar[str] = "length"
    minimum_steps: int = Field(default=1, ge=0)
    maximum_steps: int | None = None
    minimum_characters: int = Field(default=0, ge=0)
    maximum_characters: int | None = None
    """Characters of the text as it came."""

    def look(self, batch: Batch) -> Flags:
        """Counts steps and characters."""
        has_steps = is_within(batch.steps, self.minimum_steps, self.maximum_steps)
        return has_steps & is_within(batch.characters, self.minimum_characters, self.maximum_characters)


class Duplicate(Rule):
    """Nothing that an earlier trace of the sample said, up to case and white space."""

    name: ClassVar[str] = "duplicate"

    def look(self, batch: Batch) -> Remembered:
        """Remembers sketches, and keys where a sketch is not alone in the batch."""
        found = sketches(batch.folded, batch.samples)
        keys, doubles = np.full(len(batch), NO_KEY), np.flatnonzero(has_double(found))
        keys[doubles] = text_keys(batch.folded.take(doubles), batch.samples[doubles])
        return np.stack([found, keys, batch.samples.astype(np.uint64)], axis=1)

    def settle(self, found: Remembered, texts: Texts) -> Flags:
        """The first of equal ones stays."""
        sketch, keys, samples = found.T
        doubles = np.flatnonzero(has_double(sketch))
        left = doubles[keys[doubles] == NO_KEY]
        for some in texts(left) if len(left) else ():
            now, left = left[: len(some)], left[len(some) :]
            keys[now] = text_keys(fold_odd(some), samples[now].astype(np.int64))
        is_new = np.ones(len(found), dtype=bool)
        is_new[doubles] = False
        is_new[doubles[np.unique(keys[doubles], return_index=True)[1]]] = True
        return is_new


class Projection(Rule):
    """A dialect carries all of the trace but what may be lost. It looks at whole traces one by one, which is slow."""

    name: ClassVar[str] = "projection"
    reads: ClassVar[tuple[str, ...]] = ("steps", "answer_points", "answer_boxes")
    dialect: str
    """That of the conversations to be published, for example ``vigorl``."""
    allowed: tuple[str, ...] = ("labels",)
    """What may be lost: names of ``Loss`` in lower case, for example ``box_mentions``."""

    @field_validator("dialect")
    @classmethod
    def _exists(cls, dialect: str) -> str:
        return get_dialect(dialect).name

    @field_validator("allowed")
    @classmethod
    def _are_losses(cls, allowed: tuple[str, ...]) -> tuple[str, ...]:
        known = [loss.name.lower() for loss in Loss]
        if wrong := [name for name in allowed if name not in known]:
            raise ValueError(f"there is no loss {wrong[0]!r}; there are {', '.join(known)}")
        return allowed

    def look(self, batch: Batch) -> Flags:
        """Asks the dialect; a trace that could not be read, or whose sample is not there, has nothing to lose."""
        tasks = batch.problems.task[batch.samples].tolist()
        traces = map(trace_from_row, batch.rows.select(["steps", "answer", "answer_points", "answer_boxes"]).to_pylist())
        passes = (code < 0 or trace is None or self._is_carried(trace, TASKS[code]) for trace, code in zip(traces, tasks, strict=True))
        return np.fromiter(passes, dtype=bool, count=len(batch))

    def _is_carried(self, trace: Trace, task: Task) -> bool:
        lost = get_dialect(self.dialect).losses(trace, task)
        return {Loss(loss).name.lower() for loss in lost} <= set(self.allowed)
