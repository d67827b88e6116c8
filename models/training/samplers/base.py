"""Sampler: which samples a step draws.

A sampler has four verbs: ``draw``, ``observe`` what came of the draws, ``state_dict`` with ``load_state_dict``, and ``metrics``. What
the tables hold is not in its state: a resumed training lets it observe the outcomes on disk again. A step draws once, and again where it
refills groups. Within a step no sample is drawn twice before all were drawn once.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from models.training.errors import TrainingError
from models.training.rollout import Draw

State = dict[str, Any]
"""JSON values by name."""
NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Past:
    """How an earlier run stood on a sample."""

    attempts: int
    mean: float
    """Mean outcome, in [0, 1]."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """The samples that can be drawn, and what is known of them before the training."""

    sample_ids: Sequence[str]
    bands: Mapping[str, str | None] = field(default_factory=dict)
    """Difficulty band by sample id."""
    past: Mapping[str, Past] = field(default_factory=dict)
    """By sample id; empty where no earlier run is named."""
    rollouts: int = 8
    """How many each group will have."""


class Sampler(Protocol):
    """Draws samples for groups."""

    def draw(self, n: int, step: int, avoid: frozenset[str] = NOBODY) -> list[Draw]:
        """The samples of ``n`` groups. ``avoid`` are those that the step has drawn; chance follows seed, step and their number."""
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
        """Figures of the last step's draws."""
        ...


SAMPLERS: dict[str, Callable[..., Sampler]] = {}
"""Every sampler by name, made from the candidates, the seed and its options."""


def register(name: str) -> Callable[[Callable[..., Sampler]], Callable[..., Sampler]]:
    """Put a sampler in the registry."""

    def add(make: Callable[..., Sampler]) -> Callable[..., Sampler]:
        SAMPLERS[name] = make
        return make

    return add


def make_sampler(name: str, candidates: Candidates, seed: int, options: Mapping[str, Any]) -> Sampler:
    """The sampler of that name. Raises ``TrainingError`` on an unknown name or option."""
    if name not in SAMPLERS:
        raise TrainingError(f"there is no sampler {name!r}; there are {', '.join(sorted(SAMPLERS))}")
    if not candidates.sample_ids:
        raise TrainingError(f"sampler {name!r} has no sample to draw from")
    known = _option_names(SAMPLERS[name])
    if known is not None and (unknown := sorted(set(options) - set(known))):
        raise TrainingError(f"sampler {name!r} has no option {unknown[0]!r}; it has {', '.join(known) or 'none'}")
    try:
        return SAMPLERS[name](candidates, seed, **options)
    except TypeError as error:
        raise TrainingError(f"sampler {name!r} does not take the options {dict(options)}: {error}") from error


def _option_names(make: Callable[..., Sampler]) -> list[str] | None:
    """What it takes beside the candidates and the seed; None where it takes any keyword, and names none as its ``further_options``."""
    options = list(inspect.signature(make).parameters.values())[2:]
    further = getattr(make, "further_options", None)
    if further is None and any(option.kind is option.VAR_KEYWORD for option in options):
        return None
    return [*(option.name for option in options if option.kind is not option.VAR_KEYWORD), *(further or ())]


def check_keys(expected: State, given: State) -> None:
    """Raise ``TrainingError`` with both sets unless the keys are the same."""
    if expected.keys() != given.keys():
        raise TrainingError(f"a sampler's state has the keys {sorted(given)}, not {sorted(expected)}")


def check_state(expected: State, given: State) -> None:
    """Raise ``TrainingError`` with both states unless they are the same."""
    check_keys(expected, given)
    if expected != given:
        raise TrainingError(f"a sampler's state is of {given}, not of {expected}")
