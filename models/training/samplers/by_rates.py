"""By rates: what samplers share that weigh each sample by what is known of its rate of success."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from models.training.rollout import Draw
from models.training.samplers.base import NOBODY, Candidates, State, check_state
from models.training.samplers.choosing import Chooser, Places
from models.training.samplers.rates import Rates, Reals


class ByRates(ABC):
    """Draws by weights that follow ``rates``; all that it learns is in the tables."""

    further_options: ClassVar[tuple[str, ...]] = tuple(inspect.signature(Rates).parameters)[2:]
    """Options of ``Rates``, which every such sampler takes too."""

    def __init__(self, candidates: Candidates, seed: int, rates: Mapping[str, Any]) -> None:
        self._chooser = Chooser(candidates.sample_ids, seed)
        self._rates = Rates(self._chooser.place, candidates.past, **rates)
        self._state: State = {"seed": seed, "samples": len(self._chooser.sample_ids)}
        self._worth: Reals | None = None
        self._log_weights: Reals | None = None
        self._last: list[float] = []

    @abstractmethod
    def worth(self, a: Reals, b: Reals) -> Reals:
        """What samples with these Beta distributions are worth; of each by itself, so that only those that changed are asked about."""

    @abstractmethod
    def weigh(self, worth: Reals) -> Reals:
        """The logarithm of every sample's weight, of which the mean is 1."""

    def draw(self, n: int, step: int, avoid: frozenset[str] = NOBODY) -> list[Draw]:
        places, found = self._take(n, self._chooser.chance(step, avoid), avoid)
        weights = found.tolist()
        self._last = [*(self._last if avoid else []), *weights]
        return [Draw(self._chooser.sample_ids[place], weight) for place, weight in zip(places, weights, strict=True)]

    def observe(self, outcomes: Mapping[str, Sequence[float]]) -> None:
        changed = self._rates.observe(outcomes)
        if self._worth is not None:
            self._worth[changed] = self.worth(*self._rates.beta(changed))
        self._log_weights = None

    def state_dict(self) -> State:
        return self._state

    def load_state_dict(self, state: State) -> None:
        check_state(self._state, state)

    def metrics(self) -> dict[str, float]:
        return {"sampler/seen": self._rates.seen(), "sampler/draw_weight": float(np.mean(self._last)) if self._last else 1.0}

    def _take(self, n: int, chance: np.random.Generator, avoid: frozenset[str]) -> tuple[Places, Reals]:
        """Places and their weights."""
        if self._worth is None:
            self._worth = self.worth(*self._rates.beta())
        if self._log_weights is None:
            self._log_weights = self.weigh(self._worth)
        places = self._chooser.by_weight(self._log_weights, n, chance, avoid)
        return places, np.exp(self._log_weights[places])
