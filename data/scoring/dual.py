"""Dual IoU: how well the boxes that are named fit those that are known, both ways.

*Recall* is the mean over the known boxes of each one's best IoU with a named one, *precision* the mean over the named boxes of each one's
best IoU with a known one; several may share a partner (TreeVGR's and iVGR's box reward is the mean of the two). *One to one* is the best
matching's sum of IoUs over the larger count. With nothing named all three are 0; with nothing known there are none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from math import perm

import numpy as np

from data.scoring.iou import Boxes as Corners
from data.scoring.iou import placed_matrix
from data.scoring.places import Boxes, overlaps
from data.scoring.ragged import Flags, Real, Whole, best, offsets_of, pairs, ranks, share, sums
from data.trace import PlacedBox

Wanted = tuple[Flags, Whole]
"""Which of the known boxes are wanted, and how many of each row."""
MOST_MATCHINGS = 120
"""Up to so many matchings of one shape are all tried at once."""


@dataclass(frozen=True, slots=True)
class Dual:
    """Figures in [0, 1]."""

    recall: float
    precision: float
    one_to_one: float

    @property
    def mean(self) -> float:
        """The published box reward."""
        return (self.recall + self.precision) / 2


@dataclass(frozen=True, slots=True)
class Duals:
    """The figures of many rows; NaN where nothing is known."""

    fit: Real
    """Not of a row but of each named box: its best IoU with a known one, wanted or not."""
    recall: Real
    precision: Real
    one_to_one: Real


def dual_iou(named: Sequence[PlacedBox], known: Sequence[PlacedBox]) -> Dual | None:
    """The figures of one row; None where nothing is known."""
    if not known:
        return None
    if not named:
        return Dual(0.0, 0.0, 0.0)
    matrix = placed_matrix(tuple(named), tuple(known))
    matched = float(_matched(matrix[:, :, None])[0]) / max(matrix.shape)
    return Dual(float(matrix.max(0).mean()), float(matrix.max(1).mean()), matched)


def dual_ious(named: Boxes, known: Boxes, lists: Whole, wanted: Wanted | None = None) -> Duals:
    """The figures of each row of ``named`` beside the row of ``known`` that ``lists`` names for it, of which only some may be wanted."""
    is_wanted, wanted_counts = wanted or (np.ones(len(known), dtype=bool), known.counts)
    counts = wanted_counts[lists]
    fit, fit_wanted, reached = np.zeros(len(named)), np.zeros(len(named)), np.zeros(named.count)
    for items, values in ranks(lists[named.rows], known.lists):
        found = overlaps(named, items, known, values)
        fit[items] = np.maximum(fit[items], found)
        found *= is_wanted[values]
        fit_wanted[items] = np.maximum(fit_wanted[items], found)
        reached += best(named.rows[items], found, named.count)
    precision = np.nan_to_num(share(sums(named.rows, fit_wanted, named.count), named.counts))
    precision[counts == 0] = np.nan
    matched = best(named.rows, fit_wanted, named.count)
    several = (named.counts > 1) & (counts > 1)
    if several.any():
        _match_several(matched, several, named, known, lists, is_wanted, counts)
    return Duals(fit, share(reached, counts), precision, share(matched, np.where(counts > 0, np.maximum(named.counts, counts), 0)))


def _match_several(matched: Real, several: Flags, named: Boxes, known: Boxes, lists: Whole, is_wanted: Flags, counts: Whole) -> None:
    """Writes the best matching's sum of rows with several boxes on either side."""
    some = named.where(several[named.rows])
    items, values = pairs(lists[some.rows], known.lists)
    found = overlaps(some, items, known, values)[is_wanted[values]]
    starts = offsets_of(some.counts * np.where(several, counts, 0))
    side = int(counts.max()) + 1
    shapes = np.where(several, some.counts * side + counts, 0)
    for shape in np.unique(shapes[several]):
        n, m = divmod(int(shape), side)
        rows = np.flatnonzero(shapes == shape)
        matched[rows] = _matched(found[starts[rows] + np.arange(n * m)[:, None]].reshape(n, m, -1))


def _matched(matrices: Corners) -> Real:
    """(N, M, R) IoUs of R rows give each one's sum in the best matching."""
    if len(matrices) > len(matrices[0]):
        matrices = matrices.transpose(1, 0, 2)
    n, m, _ = matrices.shape
    if perm(m, n) > MOST_MATCHINGS:
        return _assigned(matrices)
    rows = np.arange(n)
    found: Real = np.zeros(matrices.shape[2])
    for columns in permutations(range(m), n):
        np.maximum(found, matrices[rows, list(columns)].sum(0), out=found)
    return found


def _assigned(matrices: Corners) -> Real:
    from scipy.optimize import linear_sum_assignment

    each = np.moveaxis(matrices, 2, 0)
    return np.array([matrix[linear_sum_assignment(matrix, maximize=True)].sum() for matrix in each])
