"""Figures: what a part should move, read from the tables of a reinforcement."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from bench.claims.lab import Lab
from bench.claims.study import MODES, Measured

TOLD = "consistency"
Row = Mapping[str, Any]
Figure = Callable[[Lab, Measured], float]


def correlation(pairs: Iterable[tuple[float | None, float | None]]) -> float:
    """Pearson's; 0 where one side never changes, so that nothing follows anything."""
    known = np.array([pair for pair in pairs if None not in pair], dtype=float).reshape(-1, 2)
    if len(known) < 2 or np.ptp(known, axis=0).min() == 0:
        return 0.0
    return float(np.corrcoef(known.T)[0, 1])


def share(flags: Sequence[bool]) -> float:
    """Of those that are so; 0 of none."""
    return sum(flags) / len(flags) if flags else 0.0


def weight_follows_difficulty(lab: Lab, one: Measured) -> float:
    """How a group's weight goes with one minus its mean outcome."""
    rows = one.rows(lab, "groups", ["loss_weight", "outcome_mean"])
    return correlation((row["loss_weight"], 1 - row["outcome_mean"]) for row in rows)


def update_of_hard_groups(lab: Lab, one: Measured) -> float:
    """The part of all weighted advantages, without their sign, that groups below the middle outcome have."""
    groups = {row["group_id"]: row for row in one.rows(lab, "groups", ["group_id", "loss_weight", "outcome_mean"])}
    middle = np.median([row["outcome_mean"] for row in groups.values()])
    hard, whole = 0.0, 0.0
    for row in one.rows(lab, "rollouts", ["group_id", "advantage"]):
        group = groups[row["group_id"]]
        size = abs(row["advantage"]) * group["loss_weight"]
        whole += size
        hard += size if group["outcome_mean"] < middle else 0.0
    return hard / (whole or 1.0)


def groups_with_a_signal(lab: Lab, one: Measured) -> float:
    """The share of drawn groups that moved the policy."""
    return share([bool(row["effective"]) for row in one.rows(lab, "groups", ["effective"])])


def consistency(lab: Lab, one: Measured) -> float:
    """The mean reward for it in the textual stream."""
    values = [value for value, _ in _told(lab, one)]
    return float(np.mean(values)) if values else 0.0


def consistency_tells(lab: Lab, one: Measured) -> float:
    """How the reward for it goes with the outcome."""
    return correlation(_told(lab, one))


def judges_word_late(lab: Lab, one: Measured) -> float:
    """What the judge really said, on average over the last third of the updates."""
    rows = one.rows(lab, "judgements", ["step", "value"])
    late = [row["value"] for row in rows if row["value"] is not None and row["step"] > one.cell.steps * 2 / 3]
    return float(np.mean(late)) if late else 0.0


def reward_follows_judge(lab: Lab, one: Measured) -> float:
    """How the reward of a rollout goes with what the judge really said of it."""
    said = {row["subject_id"]: row["value"] for row in one.rows(lab, "judgements", ["subject_id", "value"])}
    rows = one.rows(lab, "rollouts", ["rollout_id", "rewards"])
    return correlation((dict(row["rewards"]).get(TOLD), said[row["rollout_id"]]) for row in rows if row["rollout_id"] in said)


def _told(lab: Lab, one: Measured) -> list[tuple[float, float | None]]:
    rows = one.rows(lab, "rollouts", ["rewards", "outcome"])
    return [(value, row["outcome"]) for row in rows if (value := dict(row["rewards"]).get(TOLD)) is not None]


def _accuracy(mode: str) -> Figure:
    return lambda _lab, one: one.accuracy[mode]


FIGURES: Mapping[str, Figure] = {
    "weight follows difficulty": weight_follows_difficulty,
    "update of hard groups": update_of_hard_groups,
    "groups with a signal": groups_with_a_signal,
    "consistency": consistency,
    "consistency tells right from wrong": consistency_tells,
    "judge's word in the last third": judges_word_late,
    "reward follows the judge's word": reward_follows_judge,
    **{mode: _accuracy(mode) for mode in MODES},
}
"""By name; ``greedy`` and ``sampled`` are the accuracy on held-out samples."""
