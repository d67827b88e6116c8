"""Study: a claim's arms, trained and measured, seed by seed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from bench.claims.claim import Arm, Claim
from bench.claims.lab import Lab, Overrides
from data.tables import CHECKPOINTS
from flows.recipe import merge
from flows.walk import Made
from tasks.stage import Stage

MODES: Mapping[str, Overrides] = {"greedy": {"temperature": 0.0}, "sampled": {"temperature": 1.0}}
"""Decoding by name, with the settings of a way of asking that choose it."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What is measured at once: an arm and a seed after so many updates; after none it is the finetuned student."""

    arm: str
    seed: int
    steps: int


@dataclass
class Measured:
    """What came of one cell."""

    cell: Cell
    accuracy: dict[str, float] = field(default_factory=dict)
    """By mode: the share of held-out samples that were answered right."""
    overlap: dict[str, float] = field(default_factory=dict)
    """By mode: the mean IoU of those that ask for boxes."""
    rollouts: int = 0
    """How many completions the updates took."""
    versions: dict[str, str] = field(default_factory=dict)
    """Ids of what the training made, by table."""

    def rows(self, lab: Lab, table_name: str, columns: list[str]) -> list[dict[str, Any]]:
        """The rows of a table that the training made."""
        return lab.store.read(lab.store.resolve(table_name, self.versions[table_name]), columns).to_pylist()


class Study:
    """Measures the cells of one claim."""

    def __init__(self, claim: Claim, lab: Lab, base: str | None = None) -> None:
        """``base`` is the id of a checkpoint that takes the place of the pretrained student."""
        self.claim, self.lab = claim, lab
        self._base = lab.store.resolve(CHECKPOINTS, base) if base else None

    def run(self, seeds: int, workers: int) -> list[Measured]:
        """Every cell; what all seeds share is made first, then as many cells at a time as there are workers."""
        for arm in self.claim.arms.values():
            self._taught(arm)
        with ThreadPoolExecutor(workers) as several:
            return list(several.map(self.measure, self.cells(seeds)))

    def cells(self, seeds: int) -> Iterable[Cell]:
        """All seeds of an arm before the next arm, so that cells side by side wait for no common stage."""
        for name, arm in self.claim.arms.items():
            for steps in (0, *(self.claim.steps if arm.is_reinforced else ())):
                yield from (Cell(name, seed, steps) for seed in range(1, seeds + 1))

    def measure(self, cell: Cell) -> Measured:
        """Train what the cell asks for and ask it the held-out samples."""
        arm, found = self.claim.arms[cell.arm], Measured(cell)
        made = self._finetuned(arm, cell.seed)
        if cell.steps:
            made = self._reinforced(arm, cell, made)
            found.rollouts = len(self.lab.rows(made, "rollouts", ["step"]))
        found.versions = {name: version.version_id for name, version in made.items()}
        for mode, rows in self._answered(arm, made).items():
            found.accuracy[mode] = sum(bool(row["correct"]) for row in rows) / len(rows)
            overlaps = [row["iou"] for row in rows if row["iou"] is not None]
            if overlaps:
                found.overlap[mode] = sum(overlaps) / len(overlaps)
        return found

    def _answered(self, arm: Arm, student: Made) -> dict[str, list[dict[str, Any]]]:
        """The predictions on the held-out samples, by mode."""
        asking = {mode: self.claim.asked | arm.asked | dict(decoding) for mode, decoding in MODES.items()}
        made = self.lab.make(Stage.EVALUATE, self._settings(arm, {"evaluate.modes": asking}), self._drawn(self.claim.test), student)
        rows = self.lab.rows(made, "predictions", ["mode", "correct", "iou"])
        return {mode: [row for row in rows if row["mode"] == mode] for mode in MODES}

    def _settings(self, arm: Arm, more: Overrides | None = None) -> dict[str, Any]:
        return merge(merge(self.claim.recipe, arm.recipe), more or {})

    def _drawn(self, sources: list[dict[str, Any]]) -> Made:
        return self.lab.make(Stage.INGEST, {"ingest.sources": sources})

    def _taught(self, arm: Arm) -> Made:
        """The conversations that the arm's student is finetuned on, and the student before it."""
        settings = self._settings(arm)
        drawn = self.lab.make(Stage.INGEST, settings)
        traces = self.lab.make(Stage.GENERATE, settings, drawn)
        verdicts = self.lab.make(Stage.CURATE, settings, drawn, traces)
        published = self.lab.make(Stage.PUBLISH, settings, drawn, traces, verdicts)
        return {**published, **({CHECKPOINTS: self._base} if self._base else self._pretrained())}

    def _pretrained(self) -> Made:
        """The same whatever an arm's student speaks."""
        return self.lab.make(Stage.PRETRAIN, {"pretrain": self.claim.recipe.get("pretrain", {})})

    def _finetuned(self, arm: Arm, seed: int) -> Made:
        return self.lab.make(Stage.FINETUNE, self._settings(arm, {"finetune.seed": seed}), self._taught(arm))

    def _reinforced(self, arm: Arm, cell: Cell, student: Made) -> Made:
        own = {"reinforce.seed": cell.seed, "reinforce.steps": cell.steps, "reinforce.checkpoint_every": cell.steps}
        pool = self._drawn(self.claim.pool)
        return self.lab.make(Stage.REINFORCE, self._settings(arm, own), pool, {CHECKPOINTS: student[CHECKPOINTS]})
