"""Dual: a sample with boxes is shown twice, to be answered with places and in words alone; any other once (iVGR, arXiv 2605.31096).

Of G groups a share s is of pairs: ``int(G * s) // 2`` pairs, and the rest singles, as ``data_loader.py`` 71-176 of the published code has
it (512 and 0.9 give 230 pairs and 52 singles). Pairs and singles have a sampler each. A sample with boxes is one that knows any, of
its answer or of its evidence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from models.training.config import StreamConfig
from models.training.errors import TrainingError
from models.training.rollout import Draw, Stream
from models.training.samplers import Sampler, check_keys
from models.training.streams.base import Bundle, Ground, Show, State, register

TEXTUAL = "textual"
"""The dialect of streams that name none and ask for words alone."""
PAIRS, SINGLES = "pairs", "singles"


def mix(groups: int, share: float) -> tuple[int, int]:
    """How many pairs and how many singles a step of so many groups has."""
    pairs = int(groups * share) // 2
    return pairs, groups - 2 * pairs


@register("dual")
class Dual:
    """Pairs of a grounded and a textual group, then singles."""

    def __init__(self, ground: Ground) -> None:
        config, student = ground.config, ground.student
        self._pairs, self._singles = mix(ground.groups, config.share)
        self._samplers = _samplers(ground, self._pairs, self._singles)
        textual = _worded(config.textual, TEXTUAL, config.textual.prompt)
        single = _worded(config.single, textual.dialect, textual.prompt)
        self._grounded = Show(ground.pool, Stream.GROUNDED, config.grounded, student)
        self._textual = Show(ground.pool, Stream.TEXTUAL, textual, student)
        self._single = Show(ground.pool, Stream.SINGLE, single, student)

    def draw(self, step: int) -> list[Bundle]:
        return self._drawn(self._pairs, self._singles, step, frozenset())

    def replace(self, bundles: Sequence[Bundle], step: int, avoid: frozenset[str]) -> list[Bundle]:
        is_pair = [len(bundle) > 1 for bundle in bundles]
        drawn = self._drawn(sum(is_pair), is_pair.count(False), step, avoid)
        pairs, singles = iter(drawn[: sum(is_pair)]), iter(drawn[sum(is_pair) :])
        return [next(pairs if is_one else singles) for is_one in is_pair]

    def observe(self, outcomes: Mapping[str, Sequence[float]]) -> None:
        for sampler in self._samplers.values():
            sampler.observe(outcomes)

    def state_dict(self) -> State:
        return {name: sampler.state_dict() for name, sampler in self._samplers.items()}

    def load_state_dict(self, state: State) -> None:
        check_keys(self.state_dict(), state)
        for name, sampler in self._samplers.items():
            sampler.load_state_dict(state[name])

    def metrics(self) -> dict[str, float]:
        return {f"{name}/{figure}": value for name, sampler in self._samplers.items() for figure, value in sampler.metrics().items()}

    def _drawn(self, pairs: int, singles: int, step: int, avoid: frozenset[str]) -> list[Bundle]:
        paired = self._samplers[PAIRS].draw(pairs, step, avoid) if pairs else []
        alone = self._samplers[SINGLES].draw(singles, step, avoid) if singles else []
        return [*(self._pair(draw) for draw in paired), *((self._single(draw),) for draw in alone)]

    def _pair(self, draw: Draw) -> Bundle:
        return self._grounded(draw), self._textual(draw)


def _samplers(ground: Ground, pairs: int, singles: int) -> dict[str, Sampler]:
    samples = ground.pool.samples
    boxed = sorted(name for name, sample in samples.items() if sample.boxes)
    others = sorted(samples.keys() - set(boxed))
    said = f"{ground.groups} groups of which a share of {ground.config.share:g} are of pairs are {pairs} pairs and {singles} singles"
    if pairs and not boxed:
        raise TrainingError(f"{said}, but none of {len(samples)} samples has boxes to be drawn as a pair")
    if singles and not others:
        raise TrainingError(
            f"{said}, but all of {len(samples)} samples have boxes; a share of 1 and an even number of groups are pairs alone"
        )
    numbers = {PAIRS: (pairs, boxed), SINGLES: (singles, others)}
    return {name: ground.sampler(sample_ids) for name, (number, sample_ids) in numbers.items() if number}


def _worded(config: StreamConfig, dialect: str | None, prompt: str | None) -> StreamConfig:
    return config.model_copy(update={"dialect": config.dialect or dialect, "prompt": config.prompt or prompt})
