"""Uniform: every sample once per epoch, in a seeded order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from models.training.epochs import Epochs
from models.training.errors import TrainingError
from models.training.rollout import Draw
from models.training.samplers.base import State, check_keys, register


@register("uniform")
class Uniform:
    """Walks through seeded permutations of the samples, one per epoch."""

    def __init__(self, sample_ids: Sequence[str], seed: int) -> None:
        self._sample_ids = sorted(sample_ids)
        self._seed = seed
        self._epochs = Epochs(len(self._sample_ids), seed)
        self._position = 0

    def draw(self, n: int, step: int) -> list[Draw]:
        del step
        places = range(self._position, self._position + n)
        self._position += n
        return [Draw(self._sample_ids[self._epochs.at(place)]) for place in places]

    def observe(self, outcomes: Mapping[str, Sequence[float]]) -> None:
        """Outcomes change nothing here."""

    def state_dict(self) -> State:
        return {"seed": self._seed, "samples": len(self._sample_ids), "position": self._position}

    def load_state_dict(self, state: State) -> None:
        check_keys(self.state_dict(), state)
        mine = self.state_dict() | {"position": state["position"]}
        if state != mine:
            raise TrainingError(f"a uniform sampler's state is of {state}, not of {mine}")
        self._position = state["position"]

    def metrics(self) -> dict[str, float]:
        return {"sampler/epoch": self._position / len(self._sample_ids)}
