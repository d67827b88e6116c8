"""Student settings: which model learns, and how it sees and speaks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pydantic import Field

from data.config import Section
from data.cropping import ZoomConfig
from data.dialects import get_dialect
from data.observing import TurnsConfig
from data.viewing import ViewConfig


class StudentConfig(Section):
    """The model that learns. These settings are stored beside every checkpoint."""

    base: str = "pretrain"
    """A hub id, a folder, or ``pretrain``: what the pretrain stage built."""
    dialect: str = "vigorl"
    prompt: str = "terse"
    """A student prompt of ``data/prompts/student``: ``terse`` is the question alone, ``marked`` adds whether to think with
    places, ``instructed`` the dialect's instruction."""
    view: ViewConfig = ViewConfig()
    zoom: ZoomConfig = ZoomConfig()
    """How a closer look is taken, where its dialect asks for one."""
    turns: TurnsConfig = TurnsConfig()
    """How long it may go on looking."""
    max_new_tokens: int = Field(default=96, ge=1)
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    """The weights' type when loaded; ``auto`` takes the checkpoint's own."""

    @property
    def episode_tokens(self) -> int:
        """The most that it may write to one question, over all of its turns."""
        if not get_dialect(self.dialect).has_turns:
            return self.max_new_tokens
        turns = (self.turns.turn_tokens or self.max_new_tokens) * (self.turns.most_looks + 1)
        return min(turns, self.turns.episode_tokens or turns)

    def at_longest(self, dialects: Iterable[str]) -> StudentConfig:
        """The same, speaking that dialect in which it may write most, of its own and these."""
        spoken = [self.model_copy(update={"dialect": dialect}) for dialect in (self.dialect, *dialects)]
        return max(spoken, key=lambda one: one.episode_tokens)


class PretrainConfig(Section):
    """The tiny student: built from a published architecture's configuration and taught to see before it reasons."""

    architecture: Literal["qwen2_5_vl"] = "qwen2_5_vl"
    image_side: int = Field(default=112, ge=1)
    width: int = Field(default=128, ge=1)
    layers: int = Field(default=4, ge=1)
    vision_layers: int = Field(default=2, ge=1)
    heads: int = Field(default=4, ge=1)
    vision_steps: int = Field(default=700, ge=1)
    binding_steps: int = Field(default=300, ge=1)
    batch_size: int = Field(default=16, ge=1)
    """Scenes a step of the vision stage."""
    binding_batch_size: int = Field(default=24, ge=1)
    bands: dict[str, float] = {"easy": 0.4, "medium": 0.3, "hard": 0.3}
    """Shares of the drawn scenes' bands."""
    shapes: float = Field(default=0.0, ge=0, le=1)
    """Share of the objects of the binding stage of which it says what shape they have, after their place. Closer looks need it."""
    learning_rate: float = 3e-3
    binding_learning_rate: float = 2e-3
    seed: int = 0
