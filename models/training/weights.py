"""Weights: how much a group's loss counts by its difficulty.

``exp`` is ``exp(1 - m)`` with m the group's mean of one reward part (UniVG-R1, arXiv 2505.14231; its code takes the mean over the
local batch, which is the group only where a process holds exactly one). The weight multiplies the advantages, not the KL term.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from models.training.config import OUTCOME, WeightConfig
from models.training.rollout import Parts

WEIGHTS: dict[str, Callable[[float], float]] = {
    "none": lambda _: 1.0,
    "exp": lambda mean: math.exp(1 - mean),
    "power": lambda mean: 1.05 - mean,
    "log": lambda mean: max(0.0, -math.log(0.02 + mean)),
}
"""Weight of a group by its mean."""


def group_weight(config: WeightConfig, parts_G: Sequence[Parts], outcomes_G: Sequence[float | None], masked_G: Sequence[bool]) -> float:
    """The weight of one group; 1 where the part is known for none of its rollouts. Masked rollouts do not count."""
    named_G = outcomes_G if config.part == OUTCOME else [parts.get(config.part) for parts in parts_G]
    values = [value for value, is_masked in zip(named_G, masked_G, strict=True) if value is not None and not is_masked]
    return WEIGHTS[config.name](math.fsum(values) / len(values)) if values else 1.0
