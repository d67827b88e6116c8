"""Single: every sample is shown once, in the student's own dialect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from models.training.rollout import Draw, Stream
from models.training.streams.base import Bundle, Ground, Show, State, register


@register("single")
class Single:
    """One group for each draw, and one sampler over all samples."""

    def __init__(self, ground: Ground) -> None:
        self._groups = ground.groups
        self._sampler = ground.sampler(sorted(ground.pool.samples))
        self._show = Show(ground.pool, Stream.SINGLE, ground.config.single, ground.student)

    def draw(self, step: int) -> list[Bundle]:
        return self._shown(self._sampler.draw(self._groups, step))

    def replace(self, bundles: Sequence[Bundle], step: int, avoid: frozenset[str]) -> list[Bundle]:
        return self._shown(self._sampler.draw(len(bundles), step, avoid))

    def observe(self, outcomes: Mapping[str, Sequence[float]]) -> None:
        self._sampler.observe(outcomes)

    def state_dict(self) -> State:
        return self._sampler.state_dict()

    def load_state_dict(self, state: State) -> None:
        self._sampler.load_state_dict(state)

    def metrics(self) -> dict[str, float]:
        return self._sampler.metrics()

    def _shown(self, draws: Sequence[Draw]) -> list[Bundle]:
        return [(self._show(draw),) for draw in draws]
