"""Judge settings: who judges, and how often it is asked."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, model_validator

from data.config import Section
from models.teacher.config import BudgetConfig, TeacherConfig, check_priced


class JudgeKind(StrEnum):
    """What is judged; each kind has its rubric."""

    ANSWER = "answer"
    """Whether the answer says what the known one says: 0 or 1."""
    CHAIN = "chain"
    """Whether the thoughts support the answer and name what is seen: five levels."""
    CONSISTENCY = "consistency"
    """Whether the thoughts tell of the images what a reference's thoughts tell: the four levels of iVGR (arXiv 2605.31096)."""


class JudgeTeacherConfig(TeacherConfig):
    """The endpoint that judges; it may be another than the one that writes."""

    temperature: float = Field(default=0.0, ge=0)
    max_tokens: int = Field(default=256, gt=0)


class AskedConfig(Section):
    """A model that is asked for its word."""

    teacher: JudgeTeacherConfig = JudgeTeacherConfig()
    budget: BudgetConfig = BudgetConfig()
    samples: int = Field(default=1, gt=0)
    """Independent replies to one question; its value is their mean."""
    attempts: int = Field(default=3, gt=0)
    """Replies asked for until one can be read, for each sample."""

    @model_validator(mode="after")
    def _is_priced(self) -> Self:
        check_priced(self.budget, self.teacher, "judge")
        return self


class JudgeConfig(AskedConfig):
    """A judge of answers and chains."""

    strategy: Literal["model", "offline"] = "model"
    """``model`` asks the endpoint; ``offline`` compares words and asks nobody."""
    see_images: bool = False
    """Whether the images are sent."""
    see_places: bool = True
    """Whether thoughts are shown with their places, as tags."""
