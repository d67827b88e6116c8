"""Rescore: what other rewards make of a run's saved rollouts. The old figures are those in the tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from models.training.advantages import Scale, average
from models.training.config import ReinforceConfig
from models.training.errors import TrainingError
from models.training.judge import Judge, JudgedGroup
from models.training.rollout import Group, Parts
from models.training.saved import SavedRun

CHANGED = 1e-9
"""A reward that differs by more has changed."""
SCALES: dict[Any, Scale] = {True: Scale.GROUP, False: Scale.NONE}
"""Older words of ``GRPOConfig.scale_rewards``."""
Rewards = Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Rescored:
    """One rollout, before and after."""

    row: Mapping[str, Any]
    """Of ``rollouts``."""
    parts: Parts
    reward: float | None
    advantage: float
    left_out: tuple[str, ...]
    """Parts that ask a judge who was not asked of this rollout."""

    @property
    def old_parts(self) -> dict[str, float | None]:
        return dict(self.row["rewards"] or ())

    @property
    def change(self) -> float:
        """How far the reward moved; a rollout that is masked before or after and not both moved farthest."""
        old = self.row["reward"]
        if old is None or self.reward is None:
            return 0.0 if old is self.reward else float("inf")
        return abs(float(self.reward) - float(old))


@dataclass(frozen=True, slots=True)
class Change:
    """One part, or the reward, before and after; a mean is None where no rollout has it."""

    part: str
    old_mean: float | None
    new_mean: float | None
    changed: int
    """Rollouts of which the value differs."""
    left_out: int


@dataclass(frozen=True, slots=True)
class Effect:
    """How many groups there are, and what became of them."""

    groups: int
    reordered: int
    """Groups in which two rollouts compare otherwise than before."""
    effective_before: int
    """Groups whose rewards were not all equal."""
    effective_now: int


def rescore(saved: SavedRun, config: ReinforceConfig) -> list[list[Rescored]]:
    """Every group's rollouts scored by a section's rewards, weights left aside. Raises ``TrainingError``."""
    judge = Judge(config, _scale(config), frames=saved.frames)
    rows = {row["rollout_id"]: row for row in saved.rows}
    by_step: dict[int, list[Group]] = {}
    for group in saved.groups:
        by_step.setdefault(group.step, []).append(group)
    return [one for step in sorted(by_step) for one in _step(judge, by_step[step], saved, rows)]


def changes(groups: Sequence[Sequence[Rescored]]) -> list[Change]:
    """What became of the reward, and of each part, old ones and new."""
    found = [one for group in groups for one in group]
    names = list(dict.fromkeys(name for one in found for name in (*one.old_parts, *one.parts, *one.left_out)))
    rewards = _change("reward", [one.row["reward"] for one in found], [one.reward for one in found], 0)
    return [rewards, *(_part(name, found) for name in names)]


def effect(groups: Sequence[Sequence[Rescored]]) -> Effect:
    """What became of the groups."""
    pairs = [([one.row["reward"] for one in group], [one.reward for one in group]) for group in groups]
    reordered = sum(_order(old) != _order(new) for old, new in pairs)
    return Effect(len(pairs), reordered, sum(_differs(old) for old, _ in pairs), sum(_differs(new) for _, new in pairs))


def flips(groups: Sequence[Sequence[Rescored]], most: int) -> list[Rescored]:
    """The rollouts whose reward moved farthest, the first of equals first."""
    moved = [one for group in groups for one in group if one.change > CHANGED]
    return sorted(moved, key=lambda one: -one.change)[:most]


def _scale(config: ReinforceConfig) -> Scale:
    given = config.trl.get("scale_rewards", Scale.GROUP)
    try:
        return Scale(SCALES.get(given, given))
    except ValueError as error:
        raise TrainingError(f"[reinforce.trl] scale_rewards is {given!r}, which is none of {', '.join(Scale)}") from error


def _step(judge: Judge, groups: Sequence[Group], saved: SavedRun, rows: Mapping[str, Any]) -> Iterator[list[Rescored]]:
    scored_PG = [_scored(judge, group, saved, rows) for group in groups]
    worth: dict[int, JudgedGroup] = {}
    for places in _judged_together(groups, saved):
        parts_PG = [[parts for parts, _ in scored_PG[place]] for place in places]
        worth |= zip(places, judge.worth([groups[place] for place in places], parts_PG), strict=True)
    for place, scored_G in enumerate(scored_PG):
        yield _rescored(worth[place], [left_out for _, left_out in scored_G], rows)


def _judged_together(groups: Sequence[Group], saved: SavedRun) -> Iterator[list[int]]:
    """Places of a step's groups that shared a deviation: of each round that had to be refilled, and last those that went to the loss."""
    refilled = {place for place, group in enumerate(groups) if group.group_id in saved.refilled}
    for number in sorted({saved.rounds[groups[place].group_id] for place in refilled}):
        yield [place for place, group in enumerate(groups) if saved.rounds.get(group.group_id) == number]
    yield [place for place in range(len(groups)) if place not in refilled]


def _scored(judge: Judge, group: Group, saved: SavedRun, rows: Mapping[str, Any]) -> list[tuple[Parts, tuple[str, ...]]]:
    """Parts, without those that a judge would have to be asked for; and these."""
    reference = saved.references.get(group.group_id)
    references = {group.sample.sample_id: reference} if reference else {}
    asked = judge.asked(group, references)
    unknown = {name: {one.subject_id for one in asked[name] if (one.subject_id, one.kind) not in saved.words} for name in asked}
    found: list[tuple[Parts, tuple[str, ...]]] = []
    for rollout, parts in zip(group.rollouts, judge.score([group], references, saved.words)[0], strict=True):
        old = dict(rows[rollout.rollout_id]["rewards"] or ())
        left_out = tuple(name for name in asked if name in parts and (name not in old or rollout.rollout_id in unknown[name]))
        found.append(({name: value for name, value in parts.items() if name not in left_out}, left_out))
    return found


def _rescored(judged: JudgedGroup, left_out_G: Sequence[tuple[str, ...]], rows: Mapping[str, Any]) -> list[Rescored]:
    rewards_G, values_G = judged.advantages.rewards_G, judged.advantages.values_G
    return [
        Rescored(rows[rollout.rollout_id], judged.parts_G[place], rewards_G[place], values_G[place], left_out_G[place])
        for place, rollout in enumerate(judged.group.rollouts)
    ]


def _part(name: str, found: Sequence[Rescored]) -> Change:
    old, new = [one.old_parts.get(name) for one in found], [one.parts.get(name) for one in found]
    return _change(name, old, new, sum(name in one.left_out for one in found))


def _change(name: str, old: Rewards, new: Rewards, left_out: int) -> Change:
    before, after = (average([value for value in values if value is not None]) for values in (old, new))
    return Change(name, before, after, sum(_moved(*pair) for pair in zip(old, new, strict=True)), left_out)


def _moved(before: float | None, after: float | None) -> bool:
    return before is not after if before is None or after is None else abs(before - after) > CHANGED


def _order(rewards: Rewards) -> list[int | None]:
    """Whether each rollout is worth less than, as much as or more than each later one; None beside a masked one."""
    return [None if a is None or b is None else (a - b > CHANGED) - (b - a > CHANGED) for a, b in combinations(rewards, 2)]


def _differs(rewards: Rewards) -> bool:
    known = [reward for reward in rewards if reward is not None]
    return bool(known) and max(known) - min(known) > CHANGED
