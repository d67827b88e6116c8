"""Plugin: the sampler ``posterior_permuted``, which believes of every sample what was seen of another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from models.training.samplers import register
from models.training.samplers.base import Candidates
from models.training.samplers.posterior import Posterior


@register("posterior_permuted")
class PosteriorPermuted(Posterior):
    """Draws by weights that say nothing of the sample."""

    def __init__(self, candidates: Candidates, seed: int, **options: Any) -> None:
        super().__init__(candidates, seed, **options)
        names = sorted(candidates.sample_ids)
        order = np.random.default_rng(seed).permutation(len(names))
        self._other = {name: names[place] for name, place in zip(names, order, strict=True)}

    def observe(self, outcomes: Mapping[str, Sequence[float]]) -> None:
        super().observe({self._other[name]: values for name, values in outcomes.items() if name in self._other})
