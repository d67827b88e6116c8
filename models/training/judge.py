"""Judge: what the groups of a step are worth: rewards, advantages and the weight of each group's loss."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from data.sample import Sample
from data.space import Frame
from models.student.stopping import StopReason
from models.teacher.judge.judge import JudgeQuestion
from models.training.advantages import Advantages, Scale, advantages, total_reward
from models.training.config import ReinforceConfig
from models.training.context import Reference, RewardContext, Words
from models.training.rewards import AskingReward, make_rewards, score_group
from models.training.rollout import Group, Parts, Rollout, Stream
from models.training.weights import group_weight, normalised

References = Mapping[str, Reference]
"""The best grounded rollouts by sample id."""


@dataclass(frozen=True, slots=True)
class JudgedGroup:
    """A group with what it is worth, in order of its rollouts."""

    group: Group
    parts_G: tuple[Parts, ...]
    advantages: Advantages
    loss_weight: float
    effective_G: tuple[bool, ...]
    """Whether the rollout moves the policy by its reward."""
    reference_id: str | None = None
    """The archive's rollout with which its rollouts were compared."""

    @property
    def weighted_G(self) -> list[float]:
        """What goes to the loss: advantage times the weight of the group."""
        return [value * self.loss_weight for value in self.advantages.values_G]


class Judge:
    """Scores groups as a section asks.

    ``loses_truncated`` where the loss leaves out completions that were cut short; ``frames`` gives those of a sample's images, for parts
    that read numbers as the policy wrote them.
    """

    def __init__(
        self,
        config: ReinforceConfig,
        scale: Scale,
        loses_truncated: bool = False,
        frames: Callable[[Sample], Sequence[Frame]] | None = None,
    ) -> None:
        self._config, self._scale, self._loses_truncated = config, scale, loses_truncated
        self._frames = frames
        self._rewards = {stream: config.rewards_of(stream) for stream in Stream}
        self._parts = {stream: make_rewards(rewards) for stream, rewards in self._rewards.items()}

    def asked(self, group: Group, references: References | None = None) -> dict[str, list[JudgeQuestion]]:
        """What a judge has to be asked of a group, by each reward part that asks."""
        context = self._context(group, references, None)
        return {part.name: part.questions(group, context) for part in self._parts[group.stream] if isinstance(part, AskingReward)}

    def questions(self, groups: Sequence[Group], references: References | None = None) -> list[JudgeQuestion]:
        """What a judge has to be asked before the groups can be judged."""
        return [question for group in groups for asked in self.asked(group, references).values() for question in asked]

    def judge(self, groups: Sequence[Group], references: References | None = None, words: Words | None = None) -> list[JudgedGroup]:
        """The worth of groups of a step, in order; ``words`` answer their questions."""
        return self.worth(groups, self.score(groups, references, words))

    def score(self, groups: Sequence[Group], references: References | None = None, words: Words | None = None) -> list[list[Parts]]:
        """The parts of every rollout of the groups."""
        return [score_group(self._parts[group.stream], group, self._context(group, references, words)) for group in groups]

    def worth(self, groups: Sequence[Group], parts_PG: Sequence[Sequence[Parts]]) -> list[JudgedGroup]:
        """What parts make of groups of a step."""
        rewards_PG = [
            [total_reward(parts, self._rewards[group.stream]) for parts in parts_G] for group, parts_G in zip(groups, parts_PG, strict=True)
        ]
        return self._worth(groups, parts_PG, rewards_PG)

    def together(self, judged: Sequence[JudgedGroup]) -> list[JudgedGroup]:
        """The worth of the groups that go to the loss of one step among themselves, whenever each was judged."""
        rewards_PG = [one.advantages.rewards_G for one in judged]
        worth = self._worth([one.group for one in judged], [one.parts_G for one in judged], rewards_PG)
        found = [replace(one, reference_id=known.reference_id) for one, known in zip(worth, judged, strict=True)]
        if not self._config.weight.normalised:
            return found
        weights_P = normalised([one.loss_weight for one in found])
        return [replace(one, loss_weight=weight) for one, weight in zip(found, weights_P, strict=True)]

    def _context(self, group: Group, references: References | None, words: Words | None) -> RewardContext:
        reference = (references or {}).get(group.sample.sample_id)
        return RewardContext(self._config.seed, self._frames(group.sample) if self._frames else (), reference, words or {})

    def _worth(
        self, groups: Sequence[Group], parts_PG: Sequence[Sequence[Parts]], rewards_PG: Sequence[Sequence[float | None]]
    ) -> list[JudgedGroup]:
        found: dict[int, Advantages] = {}
        for stream in Stream:
            places = [place for place, group in enumerate(groups) if group.stream == stream]
            found |= zip(places, advantages([rewards_PG[place] for place in places], self._scale), strict=True)
        return [self._judged(group, parts_PG[place], found[place]) for place, group in enumerate(groups)]

    def _judged(self, group: Group, parts_G: Sequence[Parts], found: Advantages) -> JudgedGroup:
        weight = group_weight(self._config.weight, parts_G, group.outcomes_G, found.masked_G)
        effective = (
            value * weight != 0 and self._is_in_loss(rollout) for value, rollout in zip(found.values_G, group.rollouts, strict=True)
        )
        return JudgedGroup(group, tuple(parts_G), found, weight, tuple(effective))

    def _is_in_loss(self, rollout: Rollout) -> bool:
        return not self._loses_truncated or rollout.episode.stop_reason != StopReason.LENGTH
