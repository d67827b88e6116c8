"""Figures: what a claim's cells come to: each comparison beside the papers' figures."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from itertools import pairwise
from typing import Any

import numpy as np

from bench.claims.claim import Claim, Comparison
from bench.claims.statistics import paired
from bench.claims.study import MODES, Cell, Measured

TARGET_SHARE = 0.75
"""Of what the other arm gains in all its updates, on average: the accuracy that is waited for."""
UPDATES, ROLLOUTS = "updates", "rollouts"
ACCURACY = "accuracy"
FINETUNED = "finetuned alone"
"""The same before any reinforcement, where the arms do not share the finetuned student or are not asked alike."""
NO_TARGET = "no target"
"""Where the other arm gained nothing that could be reached sooner."""
Row = dict[str, Any]


class Table:
    """The cells of a claim by arm, seed and updates."""

    def __init__(self, claim: Claim, cells: Iterable[Measured]) -> None:
        self.claim = claim
        self._by_cell = {one.cell: one for one in cells}
        self.seeds = sorted({cell.seed for cell in self._by_cell})

    def last(self, arm: str) -> int:
        """The most updates that the arm was measured after."""
        return max(cell.steps for cell in self._by_cell if cell.arm == arm)

    def accuracy(self, arm: str, mode: str, steps: int) -> list[float]:
        """One for each seed."""
        return [self._by_cell[Cell(arm, seed, steps)].accuracy[mode] for seed in self.seeds]

    def curve(self, arm: str, mode: str, seed: int, axis: str) -> list[tuple[float, float]]:
        """Cost so far, in updates or rollouts, and accuracy, from the finetuned student on."""
        cells = [self._by_cell[Cell(arm, seed, steps)] for steps in (0, *self.claim.steps)]
        return [(one.cell.steps if axis == UPDATES else one.rollouts, one.accuracy[mode]) for one in cells]


def comparisons(table: Table) -> list[Row]:
    """A row for each comparison, mode and figure."""
    return [row for one in table.claim.comparisons for mode in MODES for row in _compared(table, one, mode)]


def gains(table: Table) -> list[Row]:
    """What reinforcement itself did, for each arm that had it and each mode."""
    found = []
    for arm in table.claim.arms:
        for mode in MODES if table.last(arm) else ():
            before, after = (np.array(table.accuracy(arm, mode, steps)) for steps in (0, table.last(arm)))
            means = {"before": float(before.mean()), "after": float(after.mean())}
            found.append({"arm": arm, "mode": mode} | means | asdict(paired(list(after - before))))
    return found


def _compared(table: Table, one: Comparison, mode: str) -> Iterable[Row]:
    named = {"better": one.better, "other": one.other, "mode": mode, "paper": [figure.model_dump() for figure in one.paper]}
    for figure in (ACCURACY, FINETUNED):
        differences = _differences(table, one, mode, figure)
        if figure == ACCURACY or (any(differences) and table.last(one.better)):
            found = paired(differences)
            yield named | {"figure": figure} | asdict(found) | {"verdict": found.verdict()}
    if table.claim.measure != "target":
        return
    gain = gain_of(table, one.other, mode)
    if gain <= 0:
        yield named | {"figure": NO_TARGET, "gain": gain}
        return
    target = float(np.mean(table.accuracy(one.other, mode, 0))) + TARGET_SHARE * gain
    for axis in (UPDATES, ROLLOUTS):
        yield named | {"figure": axis, "target": target} | _until(table, one, mode, axis, target)


def _differences(table: Table, one: Comparison, mode: str, figure: str) -> list[float]:
    """By seed, in accuracy after the last updates or before the first."""
    better, other = (np.array(table.accuracy(arm, mode, table.last(arm) if figure == ACCURACY else 0)) for arm in (one.better, one.other))
    return list(better - other)


def gain_of(table: Table, arm: str, mode: str) -> float:
    """What all its updates add to the arm's accuracy, on average over seeds."""
    before, after = (float(np.mean(table.accuracy(arm, mode, steps))) for steps in (0, table.last(arm)))
    return after - before


def _until(table: Table, one: Comparison, mode: str, axis: str, target: float) -> Row:
    """The ratio of what both arms take to the target, as a logarithm paired by seed; who never reaches it counts as reaching it last."""
    taken: dict[str, list[float]] = {}
    never: dict[str, int] = {}
    for arm in (one.better, one.other):
        curves = [table.curve(arm, mode, seed, axis) for seed in table.seeds]
        reached = [cost_of(curve, target) for curve in curves]
        never[arm] = reached.count(None)
        taken[arm] = [curve[-1][0] if cost is None else max(cost, 1.0) for cost, curve in zip(reached, curves, strict=True)]
    found = paired([math.log(a / b) for a, b in zip(taken[one.better], taken[one.other], strict=True)])
    ratios = {name: math.exp(value) for name, value in asdict(found).items() if name != "seeds"}
    means = {arm: round(float(np.mean(values)), 1) for arm, values in taken.items()}
    return ratios | {"seeds": found.seeds, "verdict": found.verdict(sign=-1), "taken": means, "never": never}


def cost_of(curve: Sequence[tuple[float, float]], target: float) -> float | None:
    """The cost at which a curve, straight between its points, first reaches the target; None where it does not."""
    if curve[0][1] >= target:
        return curve[0][0]
    for (start, low), (end, high) in pairwise(curve):
        if high >= target:
            return start + (end - start) * (target - low) / (high - low)
    return None
