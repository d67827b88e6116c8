"""Teacher settings: whom to ask, what, and how often."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from data.config import Section
from data.viewing import ViewConfig
from models.teacher.textualize.config import TextualizeConfig


class TeacherConfig(Section):
    """An OpenAI-compatible endpoint. Its key comes from the environment or a Prefect Secret and is no setting."""

    provider: str = "embedded"
    """``embedded`` starts the loopback teacher for the stage's time; any other word names the endpoint in ``requests``."""
    model: str = "embedded-sight"
    base_url: str | None = None
    key_variable: str = "OPENAI_API_KEY"
    """The environment variable, or else the Prefect Secret of that name in lower case with dashes, that holds the key."""
    temperature: float = Field(default=0.7, ge=0)
    top_p: float = Field(default=1.0, gt=0, le=1)
    max_tokens: int = Field(default=512, gt=0)
    in_flight: int = Field(default=64, gt=0)
    """Calls open at the same time."""
    timeout_s: float = Field(default=120.0, gt=0)
    attempts: int = Field(default=8, gt=0)
    """Tries of one call, the first included."""
    dollars_per_million_prompt_tokens: float = 0.0
    dollars_per_million_completion_tokens: float = 0.0


class RationalizeConfig(Section):
    """How known answers are explained."""

    pick: bool = True
    """Whether the teacher picks the best of a sample's candidates; without it all of them are selected."""
    pick_attempts: int = Field(default=3, gt=0)
    """How often it is asked for a pick that can be read."""


class GenerateConfig(Section):
    """How traces are made."""

    method: Literal["direct", "rationalize", "tree", "textualize", "imported"] = "direct"
    then: list[Literal["textualize"]] = []
    """Methods that go on from the traces that ``method`` made of a sample."""
    dialect: str = "vigorl"
    """The dialect the teacher is asked to write; coordinates are in the ``space``."""
    space: str = "pixel"
    """The space the teacher writes in: ``pixel``, ``resized``, ``unit`` or ``grid:N``."""
    candidates: int = Field(default=1, gt=0)
    """Traces asked for per sample."""
    domain: Literal["auto", "spatial", "web_grounding", "web_action", "visual_search", "box", "multi_box", "general"] = "auto"
    """What kind of looking the teacher is told of; ``auto`` goes by the sample (``models.teacher.domains``)."""
    rationalize: RationalizeConfig = RationalizeConfig()
    splits: list[str] = ["train"]
    shard_size: int = Field(default=512, gt=0)
    """Samples per Prefect task; not part of the stage key."""
    textualize: TextualizeConfig = TextualizeConfig()
    teacher: TeacherConfig = TeacherConfig()

    @property
    def methods(self) -> tuple[str, ...]:
        """All methods in their order."""
        return (self.method, *self.then)

    @field_validator("space")
    @classmethod
    def _is_space(cls, value: str) -> str:
        return ViewConfig(space=value).space
