"""Posterior: samples that the policy sometimes solves are drawn more often.

The rate p at which the policy solves a sample has a Beta posterior from the outcomes so far (``rates``). Two modes use it:

- ``weights``: a sample's weight is the posterior mean of ``p^(s t) (1-p)^(s (1-t))``, largest where the rate is near the target t; s is the
  sharpness.
- ``thompson``: a rate is drawn from every posterior, and the samples with the rates nearest to the target are taken. So what is not
  known well is tried (Thompson sampling).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import betainc, betaln

from models.training.errors import TrainingError
from models.training.samplers.base import Candidates, register
from models.training.samplers.by_rates import ByRates
from models.training.samplers.choosing import Places
from models.training.samplers.rates import Reals

MODES = ("weights", "thompson")


@register("posterior")
class Posterior(ByRates):
    """Resamples by a Beta posterior over the rate of success."""

    def __init__(
        self, candidates: Candidates, seed: int, target: float = 0.5, sharpness: float = 2.0, mode: str = "weights", **rates: Any
    ) -> None:
        """``rates`` are the options of ``Rates``."""
        if not 0 < target < 1 or sharpness < 0 or mode not in MODES:
            raise TrainingError(
                f"posterior needs 0 < target < 1, sharpness >= 0 and a mode of {', '.join(MODES)}, not {target}, {sharpness} and {mode!r}"
            )
        super().__init__(candidates, seed, rates)
        self._target, self._sharpness, self._mode = target, sharpness, mode

    def worth(self, a: Reals, b: Reals) -> Reals:
        """The logarithm of the posterior mean."""
        favour, against = self._sharpness * self._target, self._sharpness * (1 - self._target)
        found: Reals = betaln(a + favour, b + against) - betaln(a, b)
        return found

    def weigh(self, worth: Reals) -> Reals:
        relative = worth - worth.max()
        found: Reals = relative - np.log(np.mean(np.exp(relative)))
        return found

    def _take(self, n: int, chance: np.random.Generator, avoid: frozenset[str]) -> tuple[Places, Reals]:
        return super()._take(n, chance, avoid) if self._mode == "weights" else self._nearest(n, chance, avoid)

    def _nearest(self, n: int, chance: np.random.Generator, avoid: frozenset[str]) -> tuple[Places, Reals]:
        """The weight is the chance that a sample's rate comes as near to the target as the farthest that was taken."""
        a, b = self._rates.beta()
        distance = np.abs(chance.beta(a, b) - self._target)
        places = self._chooser.by_key(-distance, n, avoid)
        reach, a, b = distance[places].max(), a[places], b[places]
        near: Reals = betainc(a, b, min(1.0, self._target + reach)) - betainc(a, b, max(0.0, self._target - reach))
        return places, near * (len(distance) / len(places))
