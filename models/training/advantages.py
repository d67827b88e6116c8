"""Advantages: how much better a rollout is than its group.

The reward of a rollout is the weighted sum of its parts. Its advantage is ``reward - mean`` over its group, divided by ``std + EPSILON``
with the sample standard deviation (ddof 1), as in DeepSeekMath (arXiv 2402.03300, section 4.1.2), or by nothing, as in Dr. GRPO
(arXiv 2503.20783). Where all rollouts have exactly the same parts that count, and so the same reward, the advantage is exactly zero: no
rounding of the mean makes a signal of it. A rollout with a part that could not be computed is *masked*: it leaves mean and standard
deviation, and its advantage is zero. Groups of different streams never share a figure.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from models.training.config import RewardConfig
from models.training.rollout import Parts

EPSILON = 1e-4
"""Added to the standard deviation (trl.GRPOTrainer)."""


class Scale(StrEnum):
    """What a group's differences are divided by; the values of ``GRPOConfig.scale_rewards``."""

    GROUP = "group"
    """The group's standard deviation."""
    BATCH = "batch"
    """The standard deviation of all rewards of the step in the group's stream."""
    NONE = "none"
    """Nothing, as in Dr. GRPO."""


@dataclass(frozen=True, slots=True)
class Advantages:
    """One group's rewards and advantages, in order of its rollouts."""

    rewards_G: tuple[float | None, ...]
    """None for a masked rollout."""
    values_G: tuple[float, ...]
    mean: float | None
    """None where every rollout is masked."""
    std: float | None
    """None where fewer than two rollouts are not masked."""

    @property
    def masked_G(self) -> tuple[bool, ...]:
        return tuple(reward is None for reward in self.rewards_G)


def total_reward(parts: Parts, rewards: Mapping[str, RewardConfig]) -> float | None:
    """The sum of ``weight * value * gates``; None if a part that it needs could not be computed.

    A part that is absent adds nothing, and a gate that is absent is open.
    """
    terms: list[float] = []
    for name, config in rewards.items():
        if config.weight == 0 or name not in parts:
            continue
        factors = [parts[name], *(parts.get(gate, 1.0) for gate in config.gate)]
        known = [factor for factor in factors if factor is not None]
        if len(known) < len(factors):
            return None
        terms.append(config.weight * math.prod(known))
    return math.fsum(terms)


def advantages(rewards_PG: Sequence[Sequence[float | None]], scale: Scale = Scale.GROUP) -> list[Advantages]:
    """Advantages of the groups of one stream and step, of their rewards; None is a masked rollout."""
    batch_std = deviation([reward for rewards_G in rewards_PG for reward in rewards_G if reward is not None])
    return [_group(rewards_G, scale, batch_std) for rewards_G in rewards_PG]


def average(values: Sequence[float]) -> float | None:
    """The mean, whatever the order of the values; None of none."""
    return math.fsum(values) / len(values) if values else None


def deviation(values: Sequence[float]) -> float | None:
    """The sample standard deviation (ddof 1), whatever the order of the values; None of fewer than two."""
    if len(values) < 2:
        return None
    mean = math.fsum(values) / len(values)
    return math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1))


def _group(rewards_G: Sequence[float | None], scale: Scale, batch_std: float | None) -> Advantages:
    known = [reward for reward in rewards_G if reward is not None]
    mean, std = average(known), deviation(known)
    divisor = {Scale.GROUP: std, Scale.BATCH: batch_std, Scale.NONE: None}[scale]
    bottom = 1.0 if divisor is None else divisor + EPSILON
    is_flat = len(set(known)) < 2
    values = tuple(0.0 if is_flat or reward is None or mean is None else (reward - mean) / bottom for reward in rewards_G)
    return Advantages(tuple(rewards_G), values, mean, std)
