"""Training settings. The ``trl`` tables pass through to TRL's own configuration classes, field by field."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import Field, model_validator

from data.config import Section

OUTCOME = "outcome"
"""What a weight looks at where it names no reward part: it is known whatever is rewarded."""


class LaunchConfig(Section):
    """How ``accelerate launch`` starts a training child; not part of a stage key, but for the number of processes."""

    processes: int = Field(default=1, gt=0)
    threads: int = Field(default=2, gt=0)
    """CPU threads per process; results are bit-equal only for one count."""
    arguments: list[str] = []
    """Further arguments of ``accelerate launch``, such as ``--use_fsdp``."""


class FinetuneConfig(Section):
    """Supervised fine-tuning on an ``sft`` version with TRL's ``SFTTrainer``."""

    steps: int = Field(gt=0)
    batch_size: int = Field(default=32, gt=0)
    """Conversations a step reads, over all processes."""
    splits: list[str] = ["train"]
    checkpoint_every: int = Field(default=50, gt=0)
    seed: int = 0
    lora: dict[str, Any] | None = None
    """Fields of ``peft.LoraConfig``; None trains every weight."""
    trl: dict[str, Any] = {}
    """Any field of ``trl.SFTConfig``."""
    launch: LaunchConfig = LaunchConfig()


class SamplerConfig(Section):
    """Which samples a step draws."""

    name: str = "uniform"
    """``uniform`` or ``posterior``."""
    options: dict[str, Any] = {}
    """Keyword arguments of the sampler."""


class WeightConfig(Section):
    """How a group's loss is weighted by its difficulty."""

    name: Literal["none", "exp"] = "none"
    part: str = OUTCOME
    """The reward part (or ``outcome``) whose group mean is the difficulty."""


class ReinforceConfig(Section):
    """Group relative policy optimisation with TRL's ``GRPOTrainer``."""

    steps: int = Field(gt=0)
    """Updates of the weights."""
    groups_per_step: int = Field(default=16, gt=0)
    rollouts_per_group: int = Field(default=8, gt=1)
    bands: list[str] | None = None
    """Difficulty bands to draw from; None takes all."""
    splits: list[str] = ["train"]
    rewards: dict[str, float] = Field(default={"format": 0.5, "outcome": 1.0}, min_length=1)
    """Reward part to weight; a part with weight 0 is logged and not rewarded."""
    sampler: SamplerConfig = SamplerConfig()
    weight: WeightConfig = WeightConfig()
    checkpoint_every: int = Field(default=10, gt=0)
    seed: int = 0
    lora: dict[str, Any] | None = None
    trl: dict[str, Any] = {}
    """Any field of ``trl.GRPOConfig``."""
    launch: LaunchConfig = LaunchConfig()

    @model_validator(mode="after")
    def _weighs_by_what_is_scored(self) -> Self:
        if self.weight.part not in {OUTCOME, *self.rewards}:
            raise ValueError(f"weight.part {self.weight.part!r} is no part of rewards, which are {', '.join(sorted(self.rewards))}")
        return self
