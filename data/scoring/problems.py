"""Problems: samples as flat arrays, for what looks at very many at once.

Behind the last sample there is one empty row, which stands for a sample that is not there.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.rows import sample_from_row
from data.sample import Role, Sample, Task
from data.scoring.places import Boxes, boxes_of
from data.scoring.ragged import Column, Flags, Lists, Real, Whole, flags, unfold, wholes
from data.scoring.texts import Choices, choice_indices, choices_of, normal_texts
from data.tables import TABLES

TASKS = list(Task)
PLACED = (Task.POINT, Task.BOX, Task.BOXES)
"""Tasks whose answers are places."""
Sizes = Mapping[str, tuple[float, float]]
"""Width and height in pixels by image id."""


class Problems:
    """Samples as columns. Raises ``ValueError`` on a task that is none."""

    def __init__(self, samples: pa.Table, sizes: Sizes | pa.Table | None = None) -> None:
        self._samples = samples
        self.ids = _column(samples, "sample_id")
        self.has_sizes = sizes is not None
        self.task = np.append(_task_codes(samples), -1)
        boxes = boxes_of(_column(samples, "boxes"))
        self.boxes = Boxes(boxes.rows, boxes.count + 1, boxes.image, boxes.x1, boxes.y1, boxes.x2, boxes.y2)
        self._roles: Any = pc.struct_field(unfold(_column(samples, "boxes"))[1], "role")
        offsets, image_ids = unfold(_column(samples, "image_ids"))
        self.images = Lists.at(np.append(offsets, offsets[-1]))
        self.width, self.height = _sides(image_ids, sizes)

    def __len__(self) -> int:
        return len(self.ids)

    def prepare(self) -> None:
        """Take now what is else taken when it is first asked for, so that several threads may ask."""
        for boxes in (self.boxes, self.answers, self.evidence):
            _ = boxes.lists, boxes.corners, boxes.sides, boxes.is_flat
        _ = self.wanted, self.is_scorable, self.choice, self.lacks_image

    def find(self, sample_ids: Column) -> Whole:
        """The row of each sample; that behind the last where it is not there."""
        return wholes(pc.index_in(sample_ids, value_set=self.ids), len(self)).astype(np.int64)

    @cached_property
    def answers(self) -> Boxes:
        """The answer's boxes."""
        return self.boxes.where(self._has_role(Role.ANSWER))

    @cached_property
    def evidence(self) -> Boxes:
        """What one looks at on the way."""
        return self.boxes.where(self._has_role(Role.EVIDENCE))

    @cached_property
    def wanted(self) -> tuple[Flags, Whole]:
        """Which of the boxes are evidence, or any of a sample that has none, and how many of each sample."""
        is_wanted: Flags = self._has_role(Role.EVIDENCE) | (self.evidence.counts[self.boxes.rows] == 0)
        return is_wanted, np.bincount(self.boxes.rows[is_wanted], minlength=len(self) + 1)

    @cached_property
    def lacks_image(self) -> Flags:
        """Whether sizes were given, but not of all its images."""
        counts = self.images.counts
        rows = np.repeat(np.arange(len(counts)), counts)
        return self.has_sizes & (np.bincount(rows, weights=np.isnan(self.width[:-1]), minlength=len(counts)) > 0)

    @cached_property
    def answer_text(self) -> Column:
        """The known answer in its normal form, of samples that ask for no place."""
        is_text = ~self.has_task(slice(-1), *PLACED)
        told: Any = pc.if_else(pa.array(is_text), _column(self._samples, "answer"), pa.scalar(None, pa.string()))
        coded = pa.concat_arrays([told, pa.nulls(1, pa.string())]).dictionary_encode()
        return normal_texts(coded.dictionary).take(coded.indices)

    @cached_property
    def is_scorable(self) -> Flags:
        """Whether a sample knows what its task asks for."""
        has_text = flags(pc.not_equal(self.answer_text, pa.scalar("")))
        return np.where(self.has_task(slice(None), *PLACED), self.answers.counts > 0, has_text)

    @cached_property
    def choices(self) -> Choices:
        """The choices of every sample."""
        column = _column(self._samples, "choices")
        return choices_of(pa.concat_arrays([column, pa.nulls(1, column.type)]))

    @cached_property
    def choice(self) -> Whole:
        """The place of the known choice; -1 where there is none."""
        return choice_indices(self.answer_text, np.arange(len(self) + 1), self.choices)

    def has_task(self, rows: Whole | slice, *tasks: Task) -> Flags:
        """Whether the sample of each row has one of the tasks."""
        codes = self.task[rows]
        found = np.zeros(len(codes), dtype=bool)
        for task in tasks:
            found |= codes == TASKS.index(task)
        return found

    def sample(self, row: int) -> Sample:
        """One sample, with what the columns say of it."""
        told = self._samples.slice(row, 1).to_pylist()[0]
        return sample_from_row(dict.fromkeys(TABLES["samples"].schema.names) | told)

    def sizes(self, row: int) -> list[tuple[float, float]] | None:
        """Widths and heights of one sample's images in pixels; None where no sizes were given."""
        images = slice(self.images.starts[row], self.images.starts[row] + self.images.counts[row])
        return list(zip(self.width[images].tolist(), self.height[images].tolist(), strict=True)) if self.has_sizes else None

    def _has_role(self, role: Role) -> Flags:
        return flags(pc.equal(self._roles, pa.scalar(str(role))))


def _sides(image_ids: Column, sizes: Sizes | pa.Table | None) -> tuple[Real, Real]:
    """Width and height of each image, and one more; NaN where it is not known."""
    if sizes is None:
        return np.full(len(image_ids) + 1, np.nan), np.full(len(image_ids) + 1, np.nan)
    if isinstance(sizes, pa.Table):
        known: Any = _column(sizes, "image_id")
        sides = [np.asarray(sizes.column(name).to_numpy(), dtype=float) for name in ("width", "height")]
    else:
        known = pa.array(list(sizes), pa.string())
        sides = [np.array([size[side] for size in sizes.values()], dtype=float) for side in (0, 1)]
    at = np.append(wholes(pc.index_in(image_ids, value_set=known), len(known)), len(known))
    return np.append(sides[0], np.nan)[at], np.append(sides[1], np.nan)[at]


def _task_codes(samples: pa.Table) -> Whole:
    column = _column(samples, "task")
    codes = wholes(pc.index_in(column, value_set=pa.array(list(map(str, TASKS)))))
    if (wrong := np.flatnonzero(codes < 0)).size:
        row = int(wrong[0])
        sample_id, task = samples.column("sample_id")[row].as_py(), column[row].as_py()
        raise ValueError(f"sample {sample_id} has the task {task!r}; tasks are {', '.join(Task)}")
    return codes


def _column(samples: pa.Table, name: str) -> Column:
    column: Any = samples.column(name)
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
