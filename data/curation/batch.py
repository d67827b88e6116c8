"""Batch: some traces as columns beside the problems that they answer, and their *figures*, the numbers that rules look at.

A figure is taken when it is first asked for. It is NaN where it is unknown: nothing is known, named or asked that it could be taken of. A
trace that could not be read has a wrong answer and names nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.curation.repeats import fold_odd
from data.curation.spread import DISTINCT_RADIUS, distinct
from data.scoring.columns import Answers, Scores, score_columns
from data.scoring.dual import Duals, dual_ious
from data.scoring.places import Boxes, Points, is_inside, mentions_of
from data.scoring.problems import Problems
from data.scoring.ragged import Column, Flags, Real, Whole, flags, owners, reals, share, sums, unfold, wholes

MENTIONS = "steps.list.element.mentions.list.element"
COLUMNS = (
    *("trace_id", "sample_id", "answer", "text", "parse_error"),
    *(f"{MENTIONS}.{name}" for name in ("image_index", "x", "y", "x2", "y2")),
    *(f"answer_points.list.element.{name}" for name in ("image_index", "x", "y")),
    *(f"answer_boxes.list.element.{name}" for name in ("image_index", "x1", "y1", "x2", "y2")),
)
"""What a batch needs of ``traces``, as Parquet names it."""
SAMPLE_COLUMNS = (
    *("sample_id", "task", "image_ids", "choices", "answer"),
    *(f"boxes.list.element.{name}" for name in ("image_index", "x1", "y1", "x2", "y2", "role")),
)
"""What problems need of ``samples``."""


class Batch:
    """N rows of ``traces``; ``samples`` says of each which row of ``problems`` is its problem.

    ``judgements`` are values by trace id; one that is None, or not there, is unknown.
    """

    def __init__(
        self, rows: pa.RecordBatch, problems: Problems, samples: Whole, judgements: Mapping[str, float | None] | None = None
    ) -> None:
        self.rows = rows
        self.problems = problems
        self.samples = samples
        self.is_read = flags(pc.is_valid(self._column("steps")))
        self._judgements = judgements or {}
        self._step_offsets, steps = unfold(self._column("steps"))
        self._mention_offsets, self._mention_values = unfold(pc.struct_field(steps, "mentions"))

    def __len__(self) -> int:
        return int(self.rows.num_rows)

    @cached_property
    def text(self) -> Column:
        """The text as it came; empty where there is none."""
        return pc.fill_null(self._column("text"), "")

    @cached_property
    def folded(self) -> Column:
        """The text as ``data.curation.repeats`` wants it; the very same where all is ASCII."""
        return fold_odd(self.text)

    @cached_property
    def answers(self) -> Answers:
        """What the traces answer."""
        return Answers.of(self.is_read, self.rows)

    @cached_property
    def scores(self) -> Scores:
        """What the strict scorer says."""
        return score_columns(self.problems, self.samples, self.answers, self.rows)

    @property
    def points(self) -> Points:
        """The points named in thoughts, in order."""
        return self._mentions[0]

    @property
    def boxes(self) -> Boxes:
        """The boxes named in thoughts, in order."""
        return self._mentions[1]

    @property
    def first_step(self) -> tuple[Flags, Flags]:
        """Which of the points, and which of the boxes, the first step of their trace names."""
        is_box, offsets = self._mentions[2], self._mention_offsets
        ends = offsets[np.minimum(self._step_offsets[:-1] + 1, self._step_offsets[1:])]
        is_first = np.arange(offsets[-1]) < np.repeat(ends, np.diff(offsets[self._step_offsets]))
        return is_first[~is_box], is_first[is_box]

    @cached_property
    def steps(self) -> Whole:
        """How many steps."""
        return np.diff(self._step_offsets)

    @cached_property
    def characters(self) -> Whole:
        """How many characters the text has."""
        lengths = pc.binary_length(self.text) if self.folded is self.text else pc.utf8_length(self.text)
        return wholes(lengths).astype(np.int64)

    @cached_property
    def point_counts(self) -> Whole:
        """How many points thoughts name."""
        return np.bincount(self.points.rows, minlength=len(self))

    @cached_property
    def point_hit_rate(self) -> Real:
        """Share of the points named in thoughts that lie in any known box, answer or evidence, of their image."""
        hits = sums(self.points.rows, self.hits(self.problems.boxes), len(self))
        return np.where(self.problems.boxes.counts[self.samples] > 0, share(hits, self.point_counts), np.nan)

    @cached_property
    def box_iou(self) -> Real:
        """Mean over the boxes named in thoughts of each one's best IoU with a known box."""
        fits = sums(self.boxes.rows, self.duals.fit, len(self))
        return np.where(self.problems.boxes.counts[self.samples] > 0, share(fits, self.boxes.counts), np.nan)

    @cached_property
    def duals(self) -> Duals:
        """The boxes named in thoughts against the evidence, or all known boxes where there is none; unknown of what could not be read."""
        lists = np.where(self.is_read, self.samples, len(self.problems))
        return dual_ious(self.boxes, self.problems.boxes, lists, self.problems.wanted)

    @cached_property
    def judge(self) -> Real:
        """The judge's word."""
        if not self._judgements:
            return np.full(len(self), np.nan)
        values = [self._judgements.get(str(trace_id)) for trace_id in self.rows.column("trace_id").to_pylist()]
        return reals(pa.array(values, pa.float64()))

    def hits(self, boxes: Boxes) -> Flags:
        """Whether each point named in thoughts lies in one of its problem's ``boxes``."""
        return is_inside(self.points, self.samples[self.points.rows], boxes)

    def distinct_points(self, radius: float = DISTINCT_RADIUS) -> Whole:
        """How many of the points named in thoughts are farther than ``radius`` pixels from all that were counted before."""
        return distinct(self.points, len(self), radius)

    def _column(self, name: str) -> Column:
        return self.rows.column(name)

    @cached_property
    def _mentions(self) -> tuple[Points, Boxes, Flags]:
        rows = owners(self._mention_offsets[self._step_offsets])
        return mentions_of(rows, len(self), self._mention_values)
