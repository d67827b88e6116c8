"""Arguments: a recipe's section as TRL's configuration.

Fields of the ``trl`` table pass through as they are, but for those that something else decides (``fields``).
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig
from trl import GRPOConfig, SFTConfig

from models.training.batches import split_batch, updates_per_generation
from models.training.config import FinetuneConfig, ReinforceConfig
from models.training.errors import TrainingError
from models.training.fields import GRPO, LORA, SFT, Configuration

CHECKPOINTS_KEPT = 2
RENAMED = {
    "gradient_checkpointing": "activation_checkpointing",
    "gradient_checkpointing_kwargs": "activation_checkpointing_kwargs",
}
"""Fields of TRL's configurations that transformers has renamed; TRL's own defaults still use the old names."""


def finetune_arguments(config: FinetuneConfig, work: Path, processes: int) -> SFTConfig:
    """TRL's configuration of a supervised training. Raises ``TrainingError`` naming a field that is unknown or reserved."""
    given = _checked(config.trl, SFTConfig, SFT, "finetune.trl")
    per_device, accumulation = split_batch(config.batch_size, "batch_size", given, processes)
    common = _common(config.steps, config.checkpoint_every, config.seed, work)
    ours = {"per_device_train_batch_size": per_device, "gradient_accumulation_steps": accumulation, "assistant_only_loss": True}
    return _build(SFTConfig, {"max_length": None} | common | given | ours, "finetune.trl")


def reinforce_arguments(config: ReinforceConfig, episode_tokens: int, work: Path, processes: int) -> GRPOConfig:
    """TRL's configuration of a reinforcement. Raises ``TrainingError`` naming a field that is unknown or reserved.

    ``episode_tokens`` is the most that an episode may have of the policy's own: what ``dr_grpo`` divides by.
    """
    given = _checked(config.trl, GRPOConfig, GRPO, "reinforce.trl")
    completions = config.groups_per_step * config.rollouts_per_group
    per_device, accumulation = split_batch(completions, "groups_per_step times rollouts_per_group", given, processes)
    updates = updates_per_generation(completions, per_device * processes, accumulation, given.get("num_iterations", 1))
    every = -(-config.checkpoint_every // updates) * updates
    ours = {
        "per_device_train_batch_size": per_device,
        "gradient_accumulation_steps": accumulation,
        "generation_batch_size": completions,
        "num_generations": config.rollouts_per_group,
        "max_completion_length": episode_tokens,
        "shuffle_dataset": False,
    }
    common = _common(config.steps, every, config.seed, work)
    return _build(GRPOConfig, {"log_completions": False} | common | given | ours, "reinforce.trl")


def lora_arguments(fields: dict[str, Any] | None) -> LoraConfig | None:
    """The configuration of LoRA; None trains every weight. Raises ``TrainingError`` naming an unknown field."""
    if fields is None:
        return None
    return _build(LoraConfig, _checked(fields, LoraConfig, LORA, "lora"), "lora")


def _common(steps: int, checkpoint_every: int, seed: int, work: Path) -> dict[str, Any]:
    has_gpu = torch.cuda.is_available()
    return {
        "output_dir": str(work),
        "max_steps": steps,
        "save_strategy": "steps",
        "save_steps": checkpoint_every,
        "save_total_limit": CHECKPOINTS_KEPT,
        "seed": seed,
        "logging_steps": 1,
        "report_to": "none",
        "disable_tqdm": True,
        "use_cpu": not has_gpu,
        "bf16": has_gpu and torch.cuda.is_bf16_supported(),
        "gradient_checkpointing": None,
        "activation_checkpointing": False,
        "dataloader_pin_memory": has_gpu,
    }


def _checked(given: dict[str, Any], kind: type[Any], known: Configuration, section: str) -> dict[str, Any]:
    try:
        known.check(given)
    except TrainingError as error:
        raise TrainingError(f"[{section}] {error}") from error
    defaults = {field.name: field.default for field in dataclasses.fields(kind)}
    for name, value in given.items():
        if isinstance(defaults[name], (int, float)) and isinstance(value, str):
            raise TrainingError(f"[{section}] {name} is a number in {kind.__name__}, not {value!r}")
    return {RENAMED.get(name, name): value for name, value in given.items()}


def _build(kind: type[Any], fields: dict[str, Any], section: str) -> Any:
    try:
        return kind(**fields)
    except (TypeError, ValueError) as error:
        raise TrainingError(f"[{section}] {kind.__name__} refuses this: {error}") from error
