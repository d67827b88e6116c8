"""Intervals: how far a figure may be off, at 95 percent.

A *rate* of yes and no has Wilson's interval; a *mean*, or a mean of group means, has a percentile bootstrap over items, seeded. A figure
of fewer than two items of a group has no bootstrap, so its interval is open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

CONFIDENCE = 0.95
RESAMPLES = 2_000
BATCH = 200
"""Resamples held in memory at a time."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure, its 95 % interval, and the number of items it is made of; for example 0.93, 0.89 to 0.96, of 192."""

    value: float
    low: float | None
    high: float | None
    n: int


def rate(hits: Sequence[bool]) -> Interval:
    """The share of hits with Wilson's interval (E. B. Wilson, JASA 22, 1927). Raises ``ValueError`` on no items."""
    from scipy.stats import binomtest

    _some(hits)
    bounds = binomtest(sum(hits), len(hits)).proportion_ci(CONFIDENCE, method="wilson")
    return Interval(sum(hits) / len(hits), float(bounds.low), float(bounds.high), len(hits))


def mean(values: Sequence[float], seed: int = 0) -> Interval:
    """The mean with a bootstrap over items. Raises ``ValueError`` on no items."""
    return macro_mean([values], seed)


def macro_mean(groups: Sequence[Sequence[float]], seed: int = 0) -> Interval:
    """The mean of the groups' means; the bootstrap resamples inside each group. Raises ``ValueError`` on no items."""
    _some(groups)
    for group in groups:
        _some(group)
    arrays = [np.asarray(group, dtype=float) for group in groups]
    value = float(np.mean([array.mean() for array in arrays]))
    n = sum(map(len, arrays))
    if min(map(len, arrays)) < 2:
        return Interval(value, None, None, n)
    low, high = _bootstrap(arrays, seed)
    return Interval(value, low, high, n)


def _bootstrap(arrays: list[np.ndarray[Any, np.dtype[np.float64]]], seed: int) -> tuple[float, float]:
    from scipy.stats import bootstrap

    result = bootstrap(
        tuple(arrays),
        _mean_of_means,
        n_resamples=RESAMPLES,
        batch=BATCH,
        vectorized=True,
        confidence_level=CONFIDENCE,
        method="percentile",
        rng=np.random.default_rng(seed),
    )
    return float(result.confidence_interval.low), float(result.confidence_interval.high)


def _mean_of_means(*groups: Any, axis: int = -1) -> Any:
    return np.mean([group.mean(axis=axis) for group in groups], axis=0)


def _some(items: Sequence[Any]) -> None:
    if len(items) == 0:
        raise ValueError("a figure of no items has no value")
