"""Settings of stages whose work is shared by data and models, and of the report."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from data.config import Section
from data.curation.config import CurateConfig
from models.teacher.judge.config import JudgeConfig, JudgeKind

JUDGE_RULE = "judge"
"""The rule that compares a judge's value."""


class CurateJudgeConfig(JudgeConfig):
    """The judge of a recipe's traces."""

    rubric: JudgeKind = JudgeKind.CHAIN
    """What is judged; ``consistency`` is that of chains without places with the best one of their sample that has some."""


class CurateStageConfig(CurateConfig):
    """Rules, and the judge that the rule ``judge`` listens to."""

    judge: CurateJudgeConfig | None = None

    @property
    def asked_judge(self) -> CurateJudgeConfig | None:
        """The judge, where a rule listens to it."""
        return self.judge if JUDGE_RULE in self.rules else None

    @model_validator(mode="after")
    def _has_judge(self) -> Self:
        if JUDGE_RULE in self.rules and self.judge is None:
            raise ValueError("the rule judge has no judge to listen to; add a section [curate.judge]")
        return self


class ReportConfig(Section):
    """What the report shows."""

    gallery: int = 12
    """Traces, rollouts and predictions shown with their pictures, each."""
