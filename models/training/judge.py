"""Judge: what the groups of a step are worth: rewards, advantages and the weight of each group's loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.student.writing import StopReason
from models.training.advantages import Advantages, Scale, advantages
from models.training.config import ReinforceConfig
from models.training.rewards import RewardContext, make_rewards, score_group
from models.training.rollout import Group, Parts, Rollout
from models.training.weights import group_weight


@dataclass(frozen=True, slots=True)
class JudgedGroup:
    """A group with what it is worth, in order of its rollouts."""

    group: Group
    parts_G: tuple[Parts, ...]
    advantages: Advantages
    loss_weight: float
    effective_G: tuple[bool, ...]
    """Whether the rollout moves the policy by its reward."""

    @property
    def weighted_G(self) -> list[float]:
        """What goes to the loss: advantage times the weight of the group."""
        return [value * self.loss_weight for value in self.advantages.values_G]


class Judge:
    """Scores groups as a section asks; ``loses_truncated`` where the loss leaves out completions that were cut short."""

    def __init__(self, config: ReinforceConfig, scale: Scale, loses_truncated: bool = False) -> None:
        self._config = config
        self._scale = scale
        self._loses_truncated = loses_truncated
        self._rewards = make_rewards(config.rewards)
        self._context = RewardContext(config.seed)

    def judge(self, groups: Sequence[Group]) -> list[JudgedGroup]:
        """The worth of every group of a step."""
        parts_PG = [score_group(self._rewards, group, self._context) for group in groups]
        found = advantages(parts_PG, self._config.rewards, self._scale)
        return [self._judged(*one) for one in zip(groups, parts_PG, found, strict=True)]

    def _judged(self, group: Group, parts_G: Sequence[Parts], found: Advantages) -> JudgedGroup:
        weight = group_weight(self._config.weight, parts_G, group.outcomes_G, found.masked_G)
        effective = (
            value * weight != 0 and self._is_in_loss(rollout) for value, rollout in zip(found.values_G, group.rollouts, strict=True)
        )
        return JudgedGroup(group, tuple(parts_G), found, weight, tuple(effective))

    def _is_in_loss(self, rollout: Rollout) -> bool:
        return not self._loses_truncated or rollout.episode.stop_reason != StopReason.LENGTH
