"""Weights: how much a group's loss counts by its difficulty.

With m the mean of one reward part over the group, UniVG-R1 (arXiv 2505.14231; ``grpo_trainer.py`` 746-753) weighs by ``exp(1 - m)``,
``(1.05 - m)^k`` or ``-ln(0.02 + m)``. Its code takes m over the local batch, which is the group only where a process holds exactly one,
and lets the last turn negative above 0.98, which would turn the gradient round; here it ends at 0. The weight multiplies the advantages,
not the KL term.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from models.training.advantages import average
from models.training.config import OUTCOME, WeightConfig
from models.training.rollout import Parts

POWER_TOP = 1.05
"""From where ``power`` counts down."""
LOG_SHIFT = 0.02
"""Added to the mean before ``log``."""

WEIGHTS: dict[str, Callable[[float, float], float]] = {
    "none": lambda _mean, _exponent: 1.0,
    "exp": lambda mean, _exponent: math.exp(1 - mean),
    "power": lambda mean, exponent: max(0.0, POWER_TOP - mean) ** exponent,
    "log": lambda mean, _exponent: max(0.0, -math.log(max(0.0, mean) + LOG_SHIFT)),
}
"""Weight of a group by its mean and the exponent."""


def group_weight(config: WeightConfig, parts_G: Sequence[Parts], outcomes_G: Sequence[float | None], masked_G: Sequence[bool]) -> float:
    """The weight of one group; 1 where the part is known for none of its rollouts. Masked rollouts do not count."""
    named_G = outcomes_G if config.part == OUTCOME else [parts.get(config.part) for parts in parts_G]
    mean = average([value for value, is_masked in zip(named_G, masked_G, strict=True) if value is not None and not is_masked])
    return 1.0 if mean is None else WEIGHTS[config.name](mean, config.exponent)


def normalised(weights_P: Sequence[float]) -> list[float]:
    """The weights of a step's groups with a mean of one; as they are where all are 0."""
    mean = average(weights_P)
    return [weight / mean for weight in weights_P] if mean else list(weights_P)
