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
from data.scoring.ragged import Real, Whole, best, offsets_of, pairs, share, sums
from data.trace import PlacedBox

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
    matched = float(_matched(matrix[None])[0]) / max(matrix.shape)
    return Dual(float(matrix.max(0).mean()), float(matrix.max(1).mean()), matched)


def dual_ious(named: Boxes, known: Boxes, lists: Whole) -> Duals:
    """The figures of each row of ``named`` beside the row of ``known`` that ``lists`` names for it."""
    counts = known.counts[lists]
    slots = offsets_of(counts)
    items, values = pairs(lists[named.rows], known.offsets)
    found = overlaps(named, items, known, values)
    rows = named.rows[items]
    reached = best(slots[rows] + values - known.offsets[lists[rows]], found, slots[-1])
    recall = share(sums(np.repeat(np.arange(named.count), counts), reached, named.count), counts)
    fitting = sums(named.rows, best(items, found, len(named)), named.count)
    precision = np.where(counts > 0, np.nan_to_num(share(fitting, named.counts)), np.nan)
    return Duals(recall, precision, _one_to_one(found, named.counts, counts))


def _one_to_one(found: Real, named: Whole, known: Whole) -> Real:
    """IoUs row after row, each row's by named box and then by known box."""
    starts = offsets_of(named * known)
    result = np.where(known > 0, 0.0, np.nan)
    has_both = (named > 0) & (known > 0)
    for n, m in np.unique(np.stack([named, known])[:, has_both], axis=1).T:
        rows = np.flatnonzero((named == n) & (known == m))
        matrices = found[starts[rows][:, None] + np.arange(n * m)].reshape(-1, n, m)
        result[rows] = _matched(matrices) / max(n, m)
    return result


def _matched(matrices: Corners) -> Real:
    """The best matching's sum of each of R matrices, all (N, M)."""
    if matrices.shape[1] > matrices.shape[2]:
        matrices = matrices.transpose(0, 2, 1)
    _, n, m = matrices.shape
    if n == 1:
        top: Real = matrices[:, 0].max(1)
        return top
    if perm(m, n) > MOST_MATCHINGS:
        return _assigned(matrices)
    rows = np.arange(n)
    tried = np.stack([matrices[:, rows, list(columns)].sum(1) for columns in permutations(range(m), n)])
    found: Real = tried.max(0)
    return found


def _assigned(matrices: Corners) -> Real:
    from scipy.optimize import linear_sum_assignment

    places = (linear_sum_assignment(matrix, maximize=True) for matrix in matrices)
    return np.array([matrix[place].sum() for matrix, place in zip(matrices, places, strict=True)])
