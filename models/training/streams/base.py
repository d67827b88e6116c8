"""Streams: what a step draws, and under which prompts it is shown.

A *bundle* is what one draw is shown as: one group, or a pair of groups of one sample in two streams. The groups of a bundle are adjacent
in their step, and where they are drawn again they are drawn again together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from models.training.errors import TrainingError
from models.training.rollout import Draw, Shown, Stream
from models.training.samplers import Sampler

if TYPE_CHECKING:
    from models.student.config import StudentConfig
    from models.training.config import StreamConfig, StreamsConfig
    from models.training.pool import Pool

Bundle = tuple[Shown, ...]
State = dict[str, Any]
"""JSON values by name."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What streams draw from and how they show it."""

    config: StreamsConfig
    groups: int
    """Groups of a step."""
    pool: Pool
    student: StudentConfig
    """Its dialect and prompt are those of a stream that names none."""
    sampler: Callable[[Sequence[str]], Sampler]
    """Makes a sampler of sample ids."""


class Streams(Protocol):
    """Draws a step's bundles. What the tables hold is not in its state."""

    def draw(self, step: int) -> list[Bundle]:
        """The bundles of a step; together they have as many groups as a step has."""
        ...

    def replace(self, bundles: Sequence[Bundle], step: int, avoid: frozenset[str]) -> list[Bundle]:
        """A bundle of the same kind in the place of each; ``avoid`` are the sample ids that the step has drawn."""
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


class Show:
    """What the policy is shown of a draw in one stream: its prompt and dialect, those of the student where it names none."""

    def __init__(self, pool: Pool, stream: Stream, config: StreamConfig, student: StudentConfig) -> None:
        self._pool, self._stream = pool, stream
        self._dialect = config.dialect or student.dialect
        self._prompt = config.prompt or student.prompt

    def __call__(self, draw: Draw) -> Shown:
        sample = self._pool.samples[draw.sample_id]
        return Shown(draw, sample, self._stream, self._dialect, self._pool.prompt(sample, self._dialect, self._prompt))


STREAMS: dict[str, Callable[[Ground], Streams]] = {}
"""Every way to show samples by name."""


def register(name: str) -> Callable[[Callable[[Ground], Streams]], Callable[[Ground], Streams]]:
    """Put a way to show samples in the registry."""

    def add(make: Callable[[Ground], Streams]) -> Callable[[Ground], Streams]:
        STREAMS[name] = make
        return make

    return add


def find_streams(name: str) -> Callable[[Ground], Streams]:
    """The way of that name. Raises ``TrainingError`` naming those that there are."""
    if name not in STREAMS:
        raise TrainingError(f"there are no streams {name!r}; there are {', '.join(sorted(STREAMS))}")
    return STREAMS[name]


def make_streams(ground: Ground) -> Streams:
    """The streams of a section. Raises ``TrainingError`` where the samples are not there that they need."""
    return find_streams(ground.config.name)(ground)
