"""Statistics: paired differences over seeds: their interval, what they could have shown, and what they say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import numpy as np
from scipy import optimize, stats

LEVEL = 0.05
POWER = 0.8
GRID = 4000
MOST_ERRORS = 50.0
"""More than two differences ask for."""


class Verdict(StrEnum):
    """What an interval says of a claim."""

    AS_THE_PAPER = "as the paper"
    UNDECIDED = "undecided"
    """The interval holds zero."""
    THE_OTHER_WAY = "the other way"


@dataclass(frozen=True, slots=True)
class Paired:
    """Differences of n seeds."""

    mean: float
    low: float
    high: float
    """Of the two-sided 95 % t interval."""
    detectable: float
    """The smallest true difference that a t test at 5 % would have found in 80 % of such runs, by the spread that was seen."""
    seeds: int

    def verdict(self, sign: int = 1) -> Verdict:
        """What it says of a claim that the difference has this sign."""
        if self.low <= 0 <= self.high or np.isnan(self.low):
            return Verdict.UNDECIDED
        return Verdict.AS_THE_PAPER if (self.low > 0) == (sign > 0) else Verdict.THE_OTHER_WAY


def paired(differences: Sequence[float]) -> Paired:
    """The figures of one difference per seed; without two seeds there is no interval."""
    values = np.asarray(differences, dtype=float)
    n, mean = len(values), float(values.mean())
    if n < 2:
        return Paired(mean, float("nan"), float("nan"), float("nan"), n)
    error = float(values.std(ddof=1) / np.sqrt(n))
    half = float(stats.t.ppf(1 - LEVEL / 2, n - 1)) * error
    return Paired(mean, mean - half, mean + half, noncentrality(n) * error, n)


@lru_cache
def noncentrality(n: int) -> float:
    """How many standard errors a true difference must be, that a two-sided t test of n differences finds it with the power asked for."""
    critical = stats.t.ppf(1 - LEVEL / 2, n - 1)
    scale = np.sqrt(stats.chi2.ppf((np.arange(GRID) + 0.5) / GRID, n - 1) / (n - 1))  # what a run takes for its error, by quantiles

    def shortfall(errors: float) -> float:
        found = stats.norm.sf(critical * scale - errors) + stats.norm.cdf(-critical * scale - errors)
        return float(found.mean()) - POWER

    return float(optimize.brentq(shortfall, 0.0, MOST_ERRORS))
