"""Variance: samples whose groups are likely to have a signal are drawn more often.

A group in which all rollouts are solved, or none, teaches nothing. With p the rate at which the policy solves a sample, known as a Beta
distribution (``rates``), the weight is one of these measures:

- ``mean``: p (1 - p) at the mean rate. A sample of which nothing is known has the largest weight.
- ``expected``: the expectation of p (1 - p), which is the variance to be expected within a group; ``posterior`` with its defaults.
- ``signal``: the chance that a group of that many rollouts has both a solved and an unsolved one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.special import betaln

from models.training.errors import TrainingError
from models.training.samplers.base import Candidates, register
from models.training.samplers.by_rates import ByRates
from models.training.samplers.rates import Reals


def mean(a: Reals, b: Reals, rollouts: int) -> Reals:
    """p (1 - p) at the mean."""
    del rollouts
    return a * b / (a + b) ** 2


def expected(a: Reals, b: Reals, rollouts: int) -> Reals:
    """The expectation of p (1 - p)."""
    del rollouts
    return a * b / ((a + b) * (a + b + 1))


def signal(a: Reals, b: Reals, rollouts: int) -> Reals:
    """The chance of neither all nor none."""
    whole = betaln(a, b)
    flat = np.exp(betaln(a + rollouts, b) - whole) + np.exp(betaln(a, b + rollouts) - whole)
    found: Reals = np.maximum(0.0, 1 - flat)
    return found


MEASURES: dict[str, Callable[[Reals, Reals, int], Reals]] = {"mean": mean, "expected": expected, "signal": signal}
"""Of both counts of the Beta distributions and the number of rollouts."""


@register("variance")
class Variance(ByRates):
    """Draws by how far the outcomes of a sample are expected to differ."""

    def __init__(
        self, candidates: Candidates, seed: int, measure: str = "mean", rollouts: int | None = None, floor: float = 0.05, **rates: Any
    ) -> None:
        """``floor`` is the share of draws that are uniform, so that none is given up; ``rates`` are the options of ``Rates``.

        ``rollouts`` are those of a group, for ``signal``; by default as many as it will have.
        """
        rollouts = candidates.rollouts if rollouts is None else rollouts
        if measure not in MEASURES or rollouts < 2 or not 0 < floor <= 1:
            raise TrainingError(
                f"variance needs a measure of {', '.join(MEASURES)}, at least 2 rollouts and 0 < floor <= 1, "
                f"not {measure!r}, {rollouts} and {floor}"
            )
        super().__init__(candidates, seed, rates)
        self._measure, self._rollouts, self._floor = measure, rollouts, floor

    def worth(self, a: Reals, b: Reals) -> Reals:
        return MEASURES[self._measure](a, b, self._rollouts)

    def weigh(self, worth: Reals) -> Reals:
        mean_worth = max(float(worth.mean()), np.finfo(float).tiny)
        weights: Reals = np.log(self._floor + (1 - self._floor) * worth / mean_worth)
        return weights
