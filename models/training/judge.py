"""Judge: what the groups of a step are worth: rewards, advantages and the weight of each group's loss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.training.advantages import Advantages, Scale, advantages
from models.training.config import ReinforceConfig
from models.training.rewards import RewardContext, make_rewards, score_group
from models.training.rollout import Group, Parts
from models.training.weights import group_weight


@dataclass(frozen=True, slots=True)
class JudgedGroup:
    """A group with what it is worth, in order of its rollouts."""

    group: Group
    parts_G: tuple[Parts, ...]
    advantages: Advantages
    loss_weight: float

    @property
    def weighted_G(self) -> list[float]:
        """What goes to the loss: advantage times the weight of the group."""
        return [value * self.loss_weight for value in self.advantages.values_G]

    @property
    def effective_G(self) -> list[bool]:
        """Whether the rollout moves the policy."""
        return [value != 0 for value in self.weighted_G]

    @property
    def outcomes_G(self) -> list[float]:
        return [rollout.score.outcome for rollout in self.group.rollouts]


class Judge:
    """Scores groups as a section asks."""

    def __init__(self, config: ReinforceConfig, scale: Scale) -> None:
        self._config = config
        self._scale = scale
        self._rewards = make_rewards(list(config.rewards))
        self._context = RewardContext(config.seed)

    def judge(self, groups: Sequence[Group]) -> list[JudgedGroup]:
        """The worth of every group of a step."""
        parts_PG = [score_group(self._rewards, group, self._context) for group in groups]
        found = advantages(parts_PG, self._config.rewards, self._scale)
        return [self._judged(*one) for one in zip(groups, parts_PG, found, strict=True)]

    def _judged(self, group: Group, parts_G: Sequence[Parts], found: Advantages) -> JudgedGroup:
        outcomes = [rollout.score.outcome for rollout in group.rollouts]
        return JudgedGroup(group, tuple(parts_G), found, group_weight(self._config.weight, parts_G, outcomes, found.masked_G))


def outcomes_by_sample(judged: Sequence[JudgedGroup]) -> Mapping[str, list[float]]:
    """The outcomes of a step's rollouts by sample id, in order."""
    found: dict[str, list[float]] = {}
    for one in judged:
        found.setdefault(one.group.sample.sample_id, []).extend(one.outcomes_G)
    return found
