"""Leak: whether a chain shows that its writer was told the answer.

A teacher that is shown the known answer may state the place before it has reasoned, or refer to what it was told; a student cannot learn
either. The phrases are data: ``leaks.txt``.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from data.curation.batch import Batch
from data.curation.rule import Rule
from data.scoring.places import Boxes, Points, overlaps
from data.scoring.ragged import Flags, Lists, Whole, flags, offsets_of, pairs


class Leak(Rule):
    """Nothing gives the answer away before the reasoning comes to it."""

    name: ClassVar[str] = "leak"
    reads: ClassVar[tuple[str, ...]] = ("method",)
    methods: tuple[str, ...] = ("rationalize",)
    """Methods whose teacher is shown the answer; traces of others pass."""
    phrases: bool = True
    """Whether a phrase of ``leaks.txt`` in the text is a leak."""
    places: bool = True
    """Whether it is one that the first step names the answer's place, though more steps follow or there is evidence to see first."""
    minimum_iou: float = Field(default=0.5, gt=0, le=1)
    """From this IoU on a box named is the answer's: that of a known answer box or of the chain's own."""
    radius: float = Field(default=10.0, ge=0)
    """Pixels of the stored image within which a point named is the answer's: its point, or the middle of such a box."""

    def look(self, batch: Batch) -> Flags:
        """Looks for both."""
        is_asked = flags(pc.is_in(batch.rows.column("method"), value_set=pa.array(self.methods, pa.string())))
        leaks = np.zeros(len(batch), dtype=bool)
        if self.phrases:
            leaks |= flags(pc.match_substring_regex(batch.text, pattern=phrases(), ignore_case=True))
        if self.places:
            leaks |= self._starts_at_answer(batch)
        return ~(leaks & is_asked)

    def _starts_at_answer(self, batch: Batch) -> Flags:
        known, answers, rows = batch.problems.answers, batch.answers, np.arange(len(batch))
        points, boxes = batch.points.where(batch.first_step[0]), batch.boxes.where(batch.first_step[1])
        found = np.zeros(len(batch), dtype=bool)
        for lists, targets in ((batch.samples, known), (rows, answers.boxes)):
            self._mark_boxes(found, boxes, lists, targets)
            self._mark_points(found, points, lists, targets.center, targets.lists)
        own = Lists.at(offsets_of(np.bincount(answers.points.rows, minlength=len(batch))))
        self._mark_points(found, points, rows, answers.points, own)
        return found & ((batch.steps > 1) | (batch.problems.evidence.counts[batch.samples] > 0))

    def _mark_boxes(self, found: Flags, named: Boxes, lists: Whole, targets: Boxes) -> None:
        items, values = pairs(lists[named.rows], targets.lists)
        found[named.rows[items[overlaps(named, items, targets, values) >= self.minimum_iou]]] = True

    def _mark_points(self, found: Flags, named: Points, lists: Whole, targets: Points, places: Lists) -> None:
        items, values = pairs(lists[named.rows], places)
        with np.errstate(invalid="ignore", over="ignore"):
            distance = np.hypot(named.x[items] - targets.x[values], named.y[items] - targets.y[values])
        is_near = (distance <= self.radius) & (named.image[items] == targets.image[values])
        found[named.rows[items[is_near]]] = True


@cache
def phrases() -> str:
    """All phrases as one pattern."""
    lines = files("data.curation").joinpath("leaks.txt").read_text().splitlines()
    opening = _either(line[1:] for line in lines if line.startswith("^"))
    told = _either(line for line in lines if line and line[0] not in "#^")
    return rf"\b{told}\b|^\W*(?:think\W+)?{opening}(?:\W|$)".replace(" ", r"\s+")


def _either(lines: Iterable[str]) -> str:
    return f"(?:{'|'.join(lines)})"
