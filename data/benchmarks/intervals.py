"""Intervals: how far a figure may be off, at 95 percent.

A *rate* of yes and no has Wilson's interval, a *macro rate* the one that follows from its groups' rates, and a *mean* a percentile
bootstrap over items, seeded. A mean of one item has no bootstrap, so its interval is open; one of equal items has an interval of no width.
"""

from __future__ import annotations

import math
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


def macro_rate(groups: Sequence[Sequence[bool]]) -> Interval:
    """The mean of the groups' rates, each group counting once; n counts all items. Raises ``ValueError`` on no items.

    Its ends lie sqrt(sum (p - l)^2) / k below and sqrt(sum (u - p)^2) / k above, with each group's rate p and Wilson interval l to u:
    the square-and-add limits of a sum of independent estimates (G. Y. Zou and A. Donner, Statistics in Medicine 27, 2008). Unlike a
    bootstrap they keep their width where every item is right.
    """
    _some(groups)
    return macro([rate(group) for group in groups])


def macro(shares: Sequence[Interval]) -> Interval:
    """The mean of several shares, each counting once, by the same limits. Raises ``ValueError`` on none."""
    _some(shares)
    value = sum(one.value for one in shares) / len(shares)
    below = math.hypot(*(one.value - (one.low or 0.0) for one in shares)) / len(shares)
    above = math.hypot(*((1.0 if one.high is None else one.high) - one.value for one in shares)) / len(shares)
    return Interval(value, max(0.0, value - below), min(1.0, value + above), sum(one.n for one in shares))


def mean(values: Sequence[float], seed: int = 0) -> Interval:
    """The mean with a bootstrap over items. Raises ``ValueError`` on no items."""
    _some(values)
    items = np.asarray(values, dtype=float)
    low, high = _bootstrap(items, seed) if len(items) > 1 else (None, None)
    return Interval(float(items.mean()), low, high, len(items))


def f1(said: Sequence[bool], known: Sequence[bool], seed: int = 0) -> Interval:
    """F1 of what is said against what is known, 2 TP / (2 TP + FP + FN), with a bootstrap over items. Raises ``ValueError`` on no items.

    A resample of items is a draw from the multinomial of their four outcomes.
    """
    _some(said)
    pairs = list(zip(said, known, strict=True))
    counts = np.asarray([pairs.count(outcome) for outcome in ((True, True), (True, False), (False, True), (False, False))])
    if len(pairs) == 1:
        return Interval(float(_f1(counts)), None, None, 1)
    drawn = _f1(np.random.default_rng(seed).multinomial(len(pairs), counts / len(pairs), RESAMPLES))
    low, high = np.quantile(drawn, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Interval(float(_f1(counts)), float(low), float(high), len(pairs))


def _f1(counts: Any) -> Any:
    """F1 of numbers of true positives, false positives and false negatives along the last axis; 0 where there are none."""
    total = 2 * counts[..., 0] + counts[..., 1] + counts[..., 2]
    return np.where(total > 0, 2 * counts[..., 0] / np.maximum(total, 1), 0.0)


def _bootstrap(items: np.ndarray[Any, np.dtype[np.float64]], seed: int) -> tuple[float, float]:
    from scipy.stats import bootstrap

    result = bootstrap(
        (items,),
        np.mean,
        n_resamples=RESAMPLES,
        batch=BATCH,
        vectorized=True,
        confidence_level=CONFIDENCE,
        method="percentile",
        rng=np.random.default_rng(seed),
    )
    return float(result.confidence_interval.low), float(result.confidence_interval.high)


def _some(items: Sequence[Any]) -> None:
    if len(items) == 0:
        raise ValueError("a figure of no items has no value")
