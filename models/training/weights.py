"""Weights: how much a group's loss counts by its difficulty.

``exp`` is ``exp(1 - m)`` with m the group's mean of one reward part (UniVG-R1, arXiv 2505.14231; its code takes the mean over the
local batch, which is the group only where a process holds exactly one). The weight multiplies the advantages, not the KL term.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from models.training.config import WeightConfig
from models.training.rollout import Parts

OUTCOME = "outcome"

WEIGHTS: dict[str, Callable[[float], float]] = {
    "none": lambda _: 1.0,
    "exp": lambda mean: math.exp(1 - mean),
}
"""Weight of a group by its mean."""


def group_weight(
    config: WeightConfig, parts_G: Sequence[Parts], outcomes_G: Sequence[float], masked_G: Sequence[bool] | None = None
) -> float:
    """The weight of one group; 1 where the part is known for none of its rollouts. Masked rollouts do not count."""
    masked = masked_G or [False] * len(parts_G)
    taken = [number for number, is_masked in enumerate(masked) if not is_masked]
    if config.part == OUTCOME:
        values = [outcomes_G[number] for number in taken]
    else:
        values = [value for number in taken if (value := parts_G[number].get(config.part)) is not None]
    return WEIGHTS[config.name](math.fsum(values) / len(values)) if values else 1.0
