"""Ragged: lists of different lengths as one flat array of values with the offsets at which each list starts and the last one ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

Whole = npt.NDArray[np.int64]
Real = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Numbers = Whole | slice
"""Numbers of some items, or all of them."""
Column: TypeAlias = Any
"""An Arrow array; the stubs know none of unknown type."""


@dataclass(frozen=True)
class Lists:
    """Where each of N lists starts, and how many values it has."""

    starts: Whole
    counts: Whole

    @classmethod
    def at(cls, offsets: Whole) -> Lists:
        """Those of N + 1 offsets."""
        return cls(offsets[:-1], np.diff(offsets))


def unfold(column: Column) -> tuple[Whole, Column]:
    """The offsets and the values of an Arrow list column; a null list is empty."""
    lengths: Any = pc.list_value_length(column)
    counts: Any = pc.fill_null(lengths, 0)
    return offsets_of(counts.to_numpy(zero_copy_only=False)), column.flatten()


def offsets_of(counts: npt.NDArray[Any]) -> Whole:
    """N counts give N + 1 offsets."""
    offsets = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum(counts, out=offsets[1:])
    return offsets


def owners(offsets: Whole) -> Whole:
    """For each value the number of its list."""
    return np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))


def pairs(named: Whole, lists: Lists) -> tuple[Whole, Whole]:
    """Each item beside each value of the list that it names: the items' numbers, which ascend, and the values' numbers."""
    counts = lists.counts[named]
    items = np.repeat(np.arange(len(named)), counts)
    first = np.repeat(lists.starts[named] - offsets_of(counts)[:-1], counts)
    return items, first + np.arange(len(items))


def ranks(named: Whole, lists: Lists) -> Iterator[tuple[Numbers, Whole]]:
    """The same by rank: items beside the first value of their lists, then those that have one beside the second, and so on."""
    items: Numbers = slice(None)
    starts, counts = lists.starts[named], lists.counts[named]
    for rank in range(counts.max(initial=0)):
        has_one = counts > rank
        if not has_one.all():
            kept = np.flatnonzero(has_one)
            items, starts, counts = kept if isinstance(items, slice) else items[kept], starts[kept], counts[kept]
        yield items, starts + rank


def sums(rows: Whole, values: npt.NDArray[Any], count: int) -> Real:
    """For each of ``count`` rows the sum of its values."""
    return np.bincount(rows, weights=values, minlength=count).astype(np.float64, copy=False)


def best(rows: Whole, values: Real, count: int) -> Real:
    """For each of ``count`` rows the largest of its values; 0 where it has none."""
    found = np.zeros(count)
    np.maximum.at(found, rows, values)
    return found


def share(part: npt.NDArray[Any], whole: npt.NDArray[Any]) -> Real:
    """Part over whole; NaN where the whole is 0."""
    found: Real = np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0)
    return found


def wholes(column: Column, absent: int = -1) -> Whole:
    """A column of whole numbers; ``absent`` stands for null."""
    filled: Any = pc.fill_null(column, absent)
    found: Whole = filled.to_numpy(zero_copy_only=False)
    return found


def reals(column: Column) -> Real:
    """A column of real numbers; null is NaN."""
    found: Real = column.to_numpy(zero_copy_only=False)
    return found


def flags(column: Any) -> Flags:
    """A column of yes and no; null is no."""
    filled: Any = pc.fill_null(column, False)
    found: Flags = filled.to_numpy(zero_copy_only=False)
    return found
