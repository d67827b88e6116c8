"""Advantages: how much better a rollout is than its group.

The reward of a rollout is the weighted sum of its parts. Its advantage is ``(reward - mean) / (std + EPSILON)`` over its group, with
the sample standard deviation (ddof 1), as in DeepSeekMath (arXiv 2402.03300, section 4.1.2) and the published recipes. Where all
rollouts have exactly the same parts, and so the same reward, the advantage is exactly zero: no rounding of the mean makes a signal of it.
A rollout with a part that could not be computed is *masked*: it leaves mean and standard deviation, and its advantage is zero.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from models.training.config import RewardConfig
from models.training.rollout import Parts

EPSILON = 1e-4
"""Added to the standard deviation (trl.GRPOTrainer)."""


class Scale(StrEnum):
    """What a group's differences are divided by; the values of ``GRPOConfig.scale_rewards``."""

    GROUP = "group"
    """The group's standard deviation."""
    BATCH = "batch"
    """The standard deviation of all rewards of the step."""
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
    total = 0.0
    for name, config in rewards.items():
        if config.weight == 0 or name not in parts:
            continue
        factors = [parts[name], *(parts.get(gate, 1.0) for gate in config.gate)]
        known = [factor for factor in factors if factor is not None]
        if len(known) < len(factors):
            return None
        total += config.weight * math.prod(known)
    return total


def advantages(parts_PG: Sequence[Sequence[Parts]], rewards: Mapping[str, RewardConfig], scale: Scale = Scale.GROUP) -> list[Advantages]:
    """Advantages of every group of a step."""
    rewards_PG = [[total_reward(parts, rewards) for parts in parts_G] for parts_G in parts_PG]
    batch_std = _std([reward for rewards_G in rewards_PG for reward in rewards_G if reward is not None])
    return [_group(rewards_G, scale, batch_std) for rewards_G in rewards_PG]


def _group(rewards_G: Sequence[float | None], scale: Scale, batch_std: float | None) -> Advantages:
    known = [reward for reward in rewards_G if reward is not None]
    mean, std = (float(np.mean(known)) if known else None), _std(known)
    divisor = {Scale.GROUP: std, Scale.BATCH: batch_std, Scale.NONE: None}[scale]
    bottom = 1.0 if divisor is None else divisor + EPSILON
    is_flat = len(set(known)) < 2
    values = tuple(0.0 if is_flat or reward is None or mean is None else (reward - mean) / bottom for reward in rewards_G)
    return Advantages(tuple(rewards_G), values, mean, std)


def _std(values: Sequence[float]) -> float | None:
    return float(np.std(values, ddof=1)) if len(values) > 1 else None
