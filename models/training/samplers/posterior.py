"""Posterior: samples that the policy sometimes solves are drawn more often.

The rate p at which the policy solves a sample has a Beta posterior from the outcomes so far. A sample's weight is the posterior mean of
``p^(s t) (1-p)^(s (1-t))``, largest where the rate is near the target t; s is the sharpness. Draws are without replacement, by Gumbel
top-k on the log weights (Kool et al., arXiv 1903.06059), seeded by seed and step. Old outcomes and new ones count alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, logsumexp

from models.training.errors import TrainingError
from models.training.rollout import Draw
from models.training.samplers.base import State, check_keys, register


@register("posterior")
class Posterior:
    """Resamples by a Beta posterior over the rate of success."""

    def __init__(
        self,
        sample_ids: Sequence[str],
        seed: int,
        target: float = 0.5,
        sharpness: float = 2.0,
        prior: tuple[float, float] = (1.0, 1.0),
        memory: float = 32.0,
    ) -> None:
        """``prior`` are the Beta's pseudo-counts; ``memory`` caps how many attempts a rate rests on, so that none is ever sure."""
        if not 0 < target < 1 or sharpness < 0 or memory <= 0 or len(prior) != 2 or min(prior) <= 0:
            raise TrainingError(
                f"posterior needs 0 < target < 1, sharpness >= 0, memory > 0 and two positive prior counts, "
                f"not {target}, {sharpness}, {memory} and {list(prior)}"
            )
        self._sample_ids = sorted(sample_ids)
        self._place = {sample_id: place for place, sample_id in enumerate(self._sample_ids)}
        self._seed, self._target, self._sharpness = seed, target, sharpness
        self._prior, self._memory = prior, memory
        self._attempts = np.zeros(len(self._sample_ids))
        self._solved = np.zeros(len(self._sample_ids))
        self._last: list[Draw] = []

    def draw(self, n: int, step: int) -> list[Draw]:
        log_weights = self._log_weights()
        relative = np.exp(log_weights - logsumexp(log_weights)) * len(log_weights)
        order = self._order(n, step, log_weights)
        self._last = [Draw(self._sample_ids[place], float(relative[place])) for place in order]
        return self._last

    def observe(self, outcomes: Mapping[str, Sequence[float]]) -> None:
        for sample_id, values in outcomes.items():
            if sample_id in self._place:
                self._attempts[self._place[sample_id]] += len(values)
                self._solved[self._place[sample_id]] += sum(values)

    def state_dict(self) -> State:
        return {"seed": self._seed, "samples": len(self._sample_ids)}

    def load_state_dict(self, state: State) -> None:
        check_keys(self.state_dict(), state)
        if state != self.state_dict():
            raise TrainingError(f"a posterior sampler's state is of {state}, not of {self.state_dict()}")

    def metrics(self) -> dict[str, float]:
        drawn = [draw.weight for draw in self._last]
        return {
            "sampler/seen": float((self._attempts > 0).mean()),
            "sampler/draw_weight": float(np.mean(drawn)) if drawn else 1.0,
        }

    def _log_weights(self) -> NDArray[np.float64]:
        share = np.minimum(1.0, self._memory / np.maximum(self._attempts, 1.0))
        a = self._prior[0] + share * self._solved
        b = self._prior[1] + share * (self._attempts - self._solved)
        favour, against = self._sharpness * self._target, self._sharpness * (1 - self._target)
        log_weights: NDArray[np.float64] = betaln(a + favour, b + against) - betaln(a, b)
        return log_weights

    def _order(self, n: int, step: int, log_weights: NDArray[np.float64]) -> list[int]:
        rng = np.random.default_rng([self._seed, step])
        order: list[int] = []
        while len(order) < n:
            keys = log_weights + rng.gumbel(size=len(log_weights))
            order += np.argsort(-keys, kind="stable")[: n - len(order)].tolist()
        return order
