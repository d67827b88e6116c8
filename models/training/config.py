"""Training settings. The ``trl`` tables pass through to TRL's own configuration classes, field by field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from data.config import Section
from models.teacher.judge.config import JudgeConfig

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
    frozen: list[str] = []
    """Weights that stay as they are: those whose names hold one of these, such as ``visual``."""
    lora: dict[str, Any] | None = None
    """Fields of ``peft.LoraConfig``; None trains every weight."""
    trl: dict[str, Any] = {}
    """Any field of ``trl.SFTConfig``."""
    launch: LaunchConfig = LaunchConfig()


class SamplerConfig(Section):
    """Which samples a step draws."""

    name: str = "uniform"
    """``uniform``, ``curriculum``, ``posterior`` or ``variance``."""
    past: str | None = Field(default=None, pattern="^ver_")
    """The id of a version of ``difficulty``: what an earlier run found out is where the sampler starts from."""
    options: dict[str, Any] = {}
    """Keyword arguments of the sampler."""


class RefillConfig(Section):
    """Whether groups without a signal are drawn anew (DAPO, arXiv 2503.14476, section 3.2)."""

    tries: int = Field(default=0, ge=0)
    """Rounds of a step after the first, in which groups whose outcomes are all equal are replaced by others; 0 is none."""


class RewardConfig(Section):
    """One part of the reward; a bare number is its weight."""

    weight: float = Field(allow_inf_nan=False)
    """What the part's value is multiplied by; a part with weight 0 is logged and not rewarded."""
    gate: list[str] = []
    """Other parts whose values this one is multiplied by as well, such as ``["format"]``."""
    options: dict[str, Any] = {}
    """Keyword arguments of the reward."""

    @model_validator(mode="before")
    @classmethod
    def _weighs_by_a_number(cls, given: Any) -> Any:
        if isinstance(given, (int, float)) and not isinstance(given, bool):
            return {"weight": given}
        if not isinstance(given, (Mapping, cls)):
            raise ValueError(f"a part counts by a number, or by a table of weight, gate and options, not by {given!r}")
        return given


def _with_known_gates(rewards: dict[str, RewardConfig]) -> dict[str, RewardConfig]:
    for name, reward in rewards.items():
        for gate in reward.gate:
            if gate == name or gate not in rewards:
                others = ", ".join(sorted(set(rewards) - {name})) or "none"
                raise ValueError(f"the gate {gate!r} of {name!r} is none of the other parts, which are {others}")
    return rewards


Rewards = Annotated[dict[str, RewardConfig], Field(min_length=1), AfterValidator(_with_known_gates)]
"""Reward part to how it counts."""


STREAM_NAMES = ("grounded", "textual", "single")


class StreamConfig(Section):
    """One kind of prompt."""

    dialect: str | None = None
    """None is the student's, but for the textual stream ``textual``, and for samples without boxes that of the textual stream."""
    prompt: str | None = None
    """A student prompt; None is the student's."""
    rewards: Rewards | None = None
    """None is ``reinforce.rewards``."""


class StreamsConfig(Section):
    """Under which prompts the samples are shown."""

    name: str = "single"
    """``single`` shows each once; ``dual`` shows one with boxes twice, with places and without."""
    share: float = Field(default=0.9, gt=0, le=1)
    """Of ``dual``: the share of a step's groups that are of samples with boxes (iVGR's code, ``data_loader.py``)."""
    grounded: StreamConfig = StreamConfig()
    textual: StreamConfig = StreamConfig()
    single: StreamConfig = StreamConfig()


class ArchiveConfig(Section):
    """Which grounded rollouts the archive takes as references."""

    part: str = "dual_iou"
    """The reward part by which the best is chosen."""
    minimum: float = Field(default=0.3, ge=0, le=1)
    """Least value of the part (iVGR's code; its paper leaves the threshold open)."""
    max_age: int | None = Field(default=None, gt=0)
    """Steps after which an entry is no reference any more; None is never, as published."""


class WeightConfig(Section):
    """How a group's loss is weighted by its difficulty."""

    name: Literal["none", "exp", "power", "log"] = "none"
    part: str = OUTCOME
    """The reward part (or ``outcome``) whose group mean is the difficulty."""
    exponent: float = Field(default=1.0, ge=0, allow_inf_nan=False)
    """Of ``power`` alone."""
    normalised: bool = False
    """Whether the weights of a step's groups are divided by their mean."""


class ReinforceConfig(Section):
    """Group relative policy optimisation with TRL's ``GRPOTrainer``."""

    plugins: list[str] = []
    """Modules to import first, for strategies that are kept outside the project."""
    steps: int = Field(gt=0)
    """Updates of the weights."""
    groups_per_step: int = Field(default=16, gt=0)
    rollouts_per_group: int = Field(default=8, gt=1)
    bands: list[str] | None = None
    """Difficulty bands to draw from; None takes all."""
    splits: list[str] = ["train"]
    datasets: list[str] | None = None
    """Data sets to draw from, as ``samples.dataset`` names them; None takes all."""
    rewards: Rewards = {"format": RewardConfig(weight=0.5), "outcome": RewardConfig(weight=1.0)}
    """Reward part to how it counts: its weight, or a table of ``weight``, ``gate`` and ``options``."""
    sampler: SamplerConfig = SamplerConfig()
    refill: RefillConfig = RefillConfig()
    streams: StreamsConfig = StreamsConfig()
    archive: ArchiveConfig = ArchiveConfig()
    judge: JudgeConfig | None = None
    """Whom reward parts ask that need a judge, such as ``consistency``."""
    weight: WeightConfig = WeightConfig()
    log_tokens: bool = False
    """Write the table ``rollout_tokens``: what the policy wrote token by token, and how likely each was. Changes nothing else."""
    writer: Literal["shared", "plain"] = "shared"
    """``shared`` reads the prompt of a group once for all its rollouts, with models for which that is exact; ``plain`` leaves it to the
    model's own ``generate``. Where ``trl.use_vllm`` is set, vLLM writes."""
    pack_groups: bool = True
    """Read the prompt of a group once for all its rollouts, in scoring and in the loss, with models for which that is exact."""
    checkpoint_every: int = Field(default=10, gt=0)
    seed: int = 0
    frozen: list[str] = []
    """As of ``finetune``."""
    lora: dict[str, Any] | None = None
    trl: dict[str, Any] = {}
    """Any field of ``trl.GRPOConfig``."""
    launch: LaunchConfig = LaunchConfig()

    @property
    def dialects(self) -> list[str]:
        """Those that its streams name."""
        named: list[str | None] = [getattr(self.streams, stream).dialect for stream in STREAM_NAMES]
        return [dialect for dialect in named if dialect is not None]

    def rewards_of(self, stream: str) -> dict[str, RewardConfig]:
        """The reward parts of a stream."""
        own: StreamConfig = getattr(self.streams, stream)
        return self.rewards if own.rewards is None else own.rewards

    @model_validator(mode="after")
    def _weighs_by_what_is_scored(self) -> Self:
        parts = {*self.rewards, *(part for stream in STREAM_NAMES for part in self.rewards_of(stream))}
        if self.weight.part not in {OUTCOME, *parts}:
            raise ValueError(f"weight.part {self.weight.part!r} is no part of rewards, which are {', '.join(sorted(parts))}")
        return self
