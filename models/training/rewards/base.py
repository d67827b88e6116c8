"""Reward: a named part of what a rollout is worth.

A reward scores a whole group and gives, for each rollout, its parts: a name and a value, None where the value could not be computed
(the rollout is then masked). A part that does not apply to a sample's task is left out.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar, runtime_checkable

from pydantic import ValidationError

from models.teacher.judge.judge import JudgeQuestion
from models.training.config import STREAM_NAMES, ReinforceConfig, RewardConfig
from models.training.context import RewardContext
from models.training.errors import TrainingError
from models.training.rollout import Group, Parts


class Reward(Protocol):
    """Scores the rollouts of a group. Its keyword arguments are the part's options."""

    @property
    def name(self) -> str:
        """The part it gives."""
        ...

    @property
    def version(self) -> int:
        """Grows whenever the same rollout would be given another value."""
        ...

    def score(self, group: Group, context: RewardContext) -> list[Parts]:
        """The parts of each rollout, in order."""
        ...


@runtime_checkable
class AskingReward(Reward, Protocol):
    """A reward that needs a judge. The questions of all groups of a step are asked at once, before any is scored.

    One that compares nothing with the archive's reference may say so by an attribute ``compares`` that is false.
    """

    def questions(self, group: Group, context: RewardContext) -> list[JudgeQuestion]:
        """What is asked of the group's rollouts; ``score`` finds the answers in ``context.word``."""
        ...


class Scorer(Protocol):
    """What ``register`` makes a ``Reward`` of."""

    def score(self, group: Group, context: RewardContext) -> list[Parts]:
        """The parts of each rollout, in order."""
        ...


Made = TypeVar("Made", bound=Callable[..., Scorer])
REWARDS: dict[str, Callable[..., Reward]] = {}
"""Every reward by name; it gives parts of that name."""


def register(name: str, version: int = 1) -> Callable[[Made], Made]:
    """Put a reward in the registry under its name and version."""

    def add(make: Made) -> Made:
        named: Any = make
        named.name, named.version = name, version
        REWARDS[name] = named
        return make

    return add


def make_rewards(rewards: Mapping[str, RewardConfig]) -> list[Reward]:
    """The rewards of those names with their options. Raises ``TrainingError`` naming what is not there and what is."""
    return [_made(name, config.options) for name, config in rewards.items()]


def _made(name: str, options: Mapping[str, Any]) -> Reward:
    if name not in REWARDS:
        raise TrainingError(f"there is no reward part {name!r}; there are {', '.join(sorted(REWARDS))}")
    known = inspect.signature(REWARDS[name]).parameters
    if unknown := sorted(set(options) - set(known)):
        raise TrainingError(f"the reward part {name!r} has no option {unknown[0]!r}; it has {', '.join(known) or 'none'}")
    try:
        return REWARDS[name](**options)
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, one['loc']))} is {one['input']!r}: {one['msg']}" for one in error.errors())
        raise TrainingError(f"the options of the reward part {name!r}: {problems}") from error


def reward_versions(config: ReinforceConfig) -> dict[str, int]:
    """The version of every part that a section names, by its name."""
    named = {name: reward for stream in STREAM_NAMES for name, reward in config.rewards_of(stream).items()}
    return {part.name: part.version for part in make_rewards(named)}


def check_judged(config: ReinforceConfig) -> list[str]:
    """The parts of a section that ask a judge. Raises ``TrainingError`` where nobody is there to be asked."""
    named = sorted({name for stream in STREAM_NAMES for name in asking_parts(config.rewards_of(stream))})
    if named and config.judge is None:
        raise TrainingError(f"the reward part {named[0]!r} needs a judge; add a section [reinforce.judge]")
    return named


def check_compared(config: ReinforceConfig) -> None:
    """Raise ``TrainingError`` where a part compares with references, and no rollout can become one."""
    grounded = config.rewards_of("grounded")
    compares = any(getattr(REWARDS[name], "compares", True) for name in asking_parts(config.rewards_of("textual")))
    if compares and config.streams.name == "dual" and config.archive.part not in grounded:
        raise TrainingError(
            f"archive.part {config.archive.part!r} is no reward part of the grounded stream, which has {', '.join(sorted(grounded))}; "
            "one with weight 0 is logged and not rewarded"
        )


def asking_parts(rewards: Mapping[str, RewardConfig]) -> list[str]:
    """Those of these parts that ask a judge; a name that is in no registry asks nobody."""
    return [name for name in rewards if hasattr(REWARDS.get(name), "questions")]


def score_group(rewards: list[Reward], group: Group, context: RewardContext) -> list[Parts]:
    """The parts of all rewards, for each rollout of the group. Raises ``TrainingError`` on a value that is no number."""
    merged: list[dict[str, float | None]] = [{} for _ in group.rollouts]
    for reward in rewards:
        for parts, more in zip(merged, reward.score(group, context), strict=True):
            parts.update(more)
    for rollout, parts in zip(group.rollouts, merged, strict=True):
        wrong = {name: value for name, value in parts.items() if value is not None and not math.isfinite(value)}
        if wrong:
            raise TrainingError(f"rollout {rollout.rollout_id} of sample {group.sample.sample_id} has the reward parts {wrong}")
    return list(merged)
