"""Evaluation settings."""

from __future__ import annotations

from pydantic import Field

from data.config import Section
from data.observing import TurnsConfig


class AskingConfig(Section):
    """A way of asking; what is left open is the student's own."""

    dialect: str | None = None
    """The dialect to answer in."""
    prompt: str | None = None
    """The student prompt to ask with."""
    turns: TurnsConfig | None = None
    """How long it may go on looking."""
    temperature: float | None = Field(default=None, ge=0)
    """That of the section where it is left open."""


class EvaluateConfig(Section):
    """Which benchmarks are answered, and how."""

    plugins: list[str] = []
    """Modules to import first, for what is kept outside the project."""
    benchmarks: list[str] = ["scenes"]
    protocol: str = "strict"
    mode: str = "grounded"
    """What the way of asking is called in ``scores``."""
    dialect: str | None = None
    """The dialect to answer in; None is the student's own."""
    prompt: str | None = None
    """The student prompt to ask with; None is the student's own."""
    turns: TurnsConfig | None = None
    """How long it may go on looking; None is the student's own. ``{ most_looks = 0, opens_answer = true }`` asks one that looks closer to
    answer at first sight."""
    modes: dict[str, AskingConfig] = {}
    """Several ways of asking by what they are called in ``scores``, in place of the one above; each benchmark is asked in each."""
    splits: list[str] = ["test"]
    limit: int | None = Field(default=None, gt=0)
    batch_size: int = Field(default=64, gt=0)
    temperature: float = Field(default=0.0, ge=0)
    """0 is greedy."""
    seed: int = 0
    threads: int = Field(default=2, gt=0)
    checkpoints: list[str] = ["pretrain", "finetune", "reinforce"]
    """Checkpoints of this pipeline run to evaluate, by the stage that made them."""

    @property
    def askings(self) -> dict[str, AskingConfig]:
        """Every way of asking by its name in ``scores``."""
        return self.modes or {self.mode: AskingConfig(dialect=self.dialect, prompt=self.prompt, turns=self.turns)}
