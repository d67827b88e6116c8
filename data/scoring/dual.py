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
from data.scoring.ragged import Flags, Real, Whole, best, offsets_of, pairs, share, sums
from data.trace import PlacedBox

Fits = tuple[Whole, Whole, Real]
"""Pairs of boxes in order: numbers of named ones, numbers of known ones, and their IoUs."""
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


def fits_of(named: Boxes, known: Boxes, lists: Whole) -> Fits:
    """Every box of each row of ``named`` beside every box of the row of ``known`` that ``lists`` names for it."""
    items, values = pairs(lists[named.rows], known.lists)
    return items, values, overlaps(named, items, known, values)


def dual_ious(named: Boxes, known: Boxes, lists: Whole, fits: Fits | None = None, wanted: Wanted | None = None) -> Duals:
    """The figures of each row of ``named`` beside the row of ``known`` that ``lists`` names for it, of which only some may be wanted."""
    items, values, found = fits or fits_of(named, known, lists)
    flags, wanted_counts = wanted or (np.ones(len(known), dtype=bool), known.counts)
    is_wanted = flags[values]
    found = found * is_wanted
    counts = wanted_counts[lists]
    slots = offsets_of(known.counts[lists])
    rows = named.rows[items]
    reached = best((slots[:-1] - known.lists.starts[lists])[rows] + values, found, slots[-1])
    recall = share(sums(np.repeat(np.arange(named.count), np.diff(slots)), reached, named.count), counts)
    fitting = sums(named.rows, best(items, found, len(named)), named.count)
    precision = np.where(counts > 0, np.nan_to_num(share(fitting, named.counts)), np.nan)
    return Duals(recall, precision, _one_to_one(found[is_wanted], named.counts, counts))


def _one_to_one(found: Real, named: Whole, known: Whole) -> Real:
    """IoUs row after row, each row's by named box and then by known box."""
    starts = offsets_of(named * known)
    result = np.where(known > 0, 0.0, np.nan)
    has_both = (named > 0) & (known > 0)
    side = int(known.max(initial=0)) + 1
    shapes = np.where(has_both, named * side + known, 0)
    for shape in np.unique(shapes[has_both]):
        n, m = divmod(int(shape), side)
        rows = np.flatnonzero(shapes == shape)
        matrices = found[starts[rows] + np.arange(n * m)[:, None]].reshape(n, m, -1)
        result[rows] = _matched(matrices) / max(n, m)
    return result


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
