"""Evaluation settings."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from data.benchmarks.benchmark import STRICT
from data.config import Section
from data.evidence import EvidenceConfig
from data.observing import TurnsConfig
from models.teacher.config import BudgetConfig, TeacherConfig, check_priced

ALL_PROTOCOLS = "all"
"""Stands for every protocol that a benchmark has."""
MODE_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}")
"""What a mode may be called: its name is part of a folder's, too."""


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
    evidence: EvidenceConfig | None = None
    """Where it is set, the boxes of a first answer are cut out and shown with the same question again; the second answer counts."""


class EndpointConfig(TeacherConfig):
    """An OpenAI-compatible endpoint that is asked in the place of a checkpoint. It is asked at the temperature of ``evaluate``."""

    attempts: int = Field(default=5, gt=0)


class EvaluateConfig(Section):
    """Which benchmarks are answered, and how."""

    plugins: list[str] = []
    """Modules to import first, for what is kept outside the project."""
    benchmarks: list[str] = ["scenes"]
    protocols: list[str] = Field(default=[STRICT], min_length=1)
    """Ways of judging, each a row of ``predictions`` for every answer; ``all`` takes those that the benchmark has."""
    mode: str = "grounded"
    """What the way of asking is called in ``scores``."""
    dialect: str | None = None
    """The dialect to answer in; None is the student's own."""
    prompt: str | None = None
    """The student prompt to ask with; None is the student's own."""
    turns: TurnsConfig | None = None
    """How long it may go on looking; None is the student's own. ``{ most_looks = 0, opens_answer = true }`` asks one that looks closer to
    answer at first sight."""
    evidence: EvidenceConfig | None = None
    """A second answer with the boxes of the first one cut out; see ``modes``."""
    modes: dict[str, AskingConfig] = {}
    """Several ways of asking by what they are called in ``scores``, in place of the one above; each benchmark is asked in each."""
    splits: list[str] = ["test"]
    limit: int | None = Field(default=None, gt=0)
    batch_size: int = Field(default=64, gt=0)
    temperature: float = Field(default=0.0, ge=0)
    """0 is greedy."""
    seed: int = 0
    threads: int = Field(default=2, gt=0)
    checkpoints: list[Literal["pretrain", "finetune", "reinforce"]] = ["pretrain", "finetune", "reinforce"]
    """Checkpoints of this pipeline run to evaluate, by the stage that made them; one of the store is given to the stage by its id."""
    endpoint: EndpointConfig | None = None
    """An endpoint to evaluate beside them."""
    budget: BudgetConfig = BudgetConfig()
    """The most that the endpoint may cost."""

    @field_validator("benchmarks", "protocols")
    @classmethod
    def _are_different(cls, names: list[str]) -> list[str]:
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"{', '.join(twice)} stands there more than once, so that its answers would count twice")
        return names

    @field_validator("mode")
    @classmethod
    def _is_named(cls, name: str) -> str:
        _check_names([name])
        return name

    @field_validator("modes")
    @classmethod
    def _are_named(cls, modes: dict[str, AskingConfig]) -> dict[str, AskingConfig]:
        _check_names(modes)
        return modes

    @property
    def askings(self) -> dict[str, AskingConfig]:
        """Every way of asking by its name in ``scores``."""
        return self.modes or {self.mode: AskingConfig(dialect=self.dialect, prompt=self.prompt, turns=self.turns, evidence=self.evidence)}

    @model_validator(mode="after")
    def _is_priced(self) -> Self:
        if self.endpoint is not None:
            check_priced(self.budget, self.endpoint, "evaluate", "endpoint")
        return self


def _check_names(modes: Iterable[str]) -> None:
    for name in modes:
        if not MODE_NAME.fullmatch(name):
            raise ValueError(f"a mode is called by up to 100 letters, digits, _, - and ., the first of them no dot, not {name!r:.110}")
