"""Sampler: which samples a step draws.

A sampler has four verbs: ``draw``, ``observe`` what came of the draws, ``state_dict`` with ``load_state_dict``, and ``metrics``. What
the tables hold is not in its state: a resumed training lets it observe the outcomes on disk again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from models.training.errors import TrainingError
from models.training.rollout import Draw

State = dict[str, Any]
"""JSON values by name."""


class Sampler(Protocol):
    """Draws samples for groups."""

    def draw(self, n: int, step: int) -> list[Draw]:
        """The samples of ``n`` groups."""
        ...

    def observe(self, outcomes: Mapping[str, Sequence[float]]) -> None:
        """Learn the outcomes, in [0, 1], of one step's rollouts by sample id."""
        ...

    def state_dict(self) -> State:
        """What a later ``load_state_dict`` needs beside the tables."""
        ...

    def load_state_dict(self, state: State) -> None:
        """Go on from a state. Raises ``TrainingError`` naming both sets of keys if they differ."""
        ...

    def metrics(self) -> dict[str, float]:
        """Figures of the last draw."""
        ...


SAMPLERS: dict[str, Callable[..., Sampler]] = {}
"""Every sampler by name, made from the sample ids, the seed and its options."""


def register(name: str) -> Callable[[Callable[..., Sampler]], Callable[..., Sampler]]:
    """Put a sampler in the registry."""

    def add(make: Callable[..., Sampler]) -> Callable[..., Sampler]:
        SAMPLERS[name] = make
        return make

    return add


def make_sampler(name: str, sample_ids: Sequence[str], seed: int, options: Mapping[str, Any]) -> Sampler:
    """The sampler of that name. Raises ``TrainingError`` on an unknown name or option."""
    if name not in SAMPLERS:
        raise TrainingError(f"there is no sampler {name!r}; there are {', '.join(sorted(SAMPLERS))}")
    if not sample_ids:
        raise TrainingError(f"sampler {name!r} has no sample to draw from")
    try:
        return SAMPLERS[name](sample_ids, seed, **options)
    except TypeError as error:
        raise TrainingError(f"sampler {name!r} does not take the options {dict(options)}: {error}") from error


def check_keys(expected: State, given: State) -> None:
    """Raise ``TrainingError`` with both sets unless the keys are the same."""
    if expected.keys() != given.keys():
        raise TrainingError(f"a sampler's state has the keys {sorted(given)}, not {sorted(expected)}")
