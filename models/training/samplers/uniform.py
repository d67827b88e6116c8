"""Uniform: every sample once per epoch, in a seeded order.

Where a new epoch begins with what the step has drawn already, that waits for the next step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from models.training.epochs import Epochs
from models.training.rollout import Draw
from models.training.samplers.base import NOBODY, Candidates, State, check_keys, check_state, register


@register("uniform")
class Uniform:
    """Walks through seeded permutations of the samples, one per epoch."""

    def __init__(self, candidates: Candidates, seed: int) -> None:
        self._sample_ids = sorted(candidates.sample_ids)
        self._known = frozenset(self._sample_ids)
        self._seed = seed
        self._epochs = Epochs(len(self._sample_ids), seed)
        self._position = 0
        self._waiting: list[str] = []

    def draw(self, n: int, step: int, avoid: frozenset[str] = NOBODY) -> list[Draw]:
        del step
        drawn: list[str] = []
        taken = set(avoid & self._known)
        while len(drawn) < n:
            if len(taken) == len(self._known):
                taken.clear()
            found = self._next(taken)
            drawn.append(found)
            taken.add(found)
        return [Draw(sample_id) for sample_id in drawn]

    def observe(self, outcomes: Mapping[str, Sequence[float]]) -> None:
        """Outcomes change nothing here."""

    def state_dict(self) -> State:
        return {"seed": self._seed, "samples": len(self._sample_ids), "position": self._position, "waiting": list(self._waiting)}

    def load_state_dict(self, state: State) -> None:
        check_keys(self.state_dict(), state)
        check_state(self.state_dict() | {name: state[name] for name in ("position", "waiting")}, state)
        self._position, self._waiting = state["position"], list(state["waiting"])

    def metrics(self) -> dict[str, float]:
        return {"sampler/epoch": (self._position - len(self._waiting)) / len(self._sample_ids)}

    def _next(self, taken: set[str]) -> str:
        for sample_id in self._waiting:
            if sample_id not in taken:
                self._waiting.remove(sample_id)
                return sample_id
        while (sample_id := self._sample_ids[self._epochs.at(self._position)]) in taken:
            self._waiting.append(sample_id)
            self._position += 1
        self._position += 1
        return sample_id
