"""Arguments: a recipe's section as TRL's configuration.

Fields of the ``trl`` table pass through as they are. A *reserved* field is decided by another key of the section or by the training
itself, and giving it is an error that names that key.
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

CHECKPOINTS_KEPT = 2
RESERVED = {
    "max_steps": "steps",
    "num_train_epochs": "steps",
    "seed": "seed",
    "data_seed": "seed",
    "save_steps": "checkpoint_every",
    "save_strategy": "checkpoint_every",
    "peft_config": "lora",
    "output_dir": "the job",
    "resume_from_checkpoint": "the job",
    "disable_tqdm": "the child, which shows nothing",
    "remove_unused_columns": "the child",
    "logging_steps": "the child, which writes every step",
    "logging_strategy": "the child, which writes every step",
    "eval_strategy": "the stage evaluate",
    "do_eval": "the stage evaluate",
    "save_only_model": "the child",
    "load_best_model_at_end": "the stage evaluate",
    "push_to_hub": "nothing here: a checkpoint is published to the store",
    "assistant_only_loss": "the child",
}
RESERVED_FINETUNE = RESERVED | {
    "packing": "the child",
    "padding_free": "the child",
    "train_sampling_strategy": "seed",
    "shuffle_dataset": "seed",
}
RESERVED_REINFORCE = RESERVED | {
    "num_generations": "rollouts_per_group",
    "generation_batch_size": "groups_per_step",
    "steps_per_generation": "groups_per_step",
    "reward_weights": "rewards",
    "multi_objective_aggregation": "rewards",
    "max_completion_length": "student.max_new_tokens",
    "shuffle_dataset": "sampler",
    "log_completions": "the child, which writes the table rollouts",
    "generation_kwargs": "the fields temperature, top_p, top_k, min_p and repetition_penalty",
    "sync_ref_model": "nothing here: a moving reference would be in no checkpoint",
}
"""Field to what decides it."""
RENAMED = {
    "gradient_checkpointing": "activation_checkpointing",
    "gradient_checkpointing_kwargs": "activation_checkpointing_kwargs",
}
"""Fields of TRL's configurations that transformers has renamed; TRL's own defaults still use the old names."""


def finetune_arguments(config: FinetuneConfig, work: Path, processes: int) -> SFTConfig:
    """TRL's configuration of a supervised training. Raises ``TrainingError`` naming a field that is unknown or reserved."""
    given = _checked(config.trl, SFTConfig, RESERVED_FINETUNE, "finetune.trl")
    per_device, accumulation = split_batch(config.batch_size, "batch_size", given, processes)
    common = _common(config.steps, config.checkpoint_every, config.seed, work)
    ours = {"per_device_train_batch_size": per_device, "gradient_accumulation_steps": accumulation, "assistant_only_loss": True}
    return _build(SFTConfig, {"max_length": None} | common | given | ours, "finetune.trl")


def reinforce_arguments(config: ReinforceConfig, episode_tokens: int, work: Path, processes: int) -> GRPOConfig:
    """TRL's configuration of a reinforcement. Raises ``TrainingError`` naming a field that is unknown or reserved.

    ``episode_tokens`` is the most that an episode may have of the policy's own: what ``dr_grpo`` divides by.
    """
    given = _checked(config.trl, GRPOConfig, RESERVED_REINFORCE, "reinforce.trl")
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
    return _build(LoraConfig, _checked(fields, LoraConfig, {}, "lora"), "lora")


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


def _checked(given: dict[str, Any], kind: type[Any], reserved: dict[str, str], section: str) -> dict[str, Any]:
    known = {field.name: field.default for field in dataclasses.fields(kind) if field.init}
    for name, value in given.items():
        if name in reserved:
            raise TrainingError(f"[{section}] {name} is decided by {reserved[name]}")
        if name not in known:
            raise TrainingError(f"[{section}] {name} is no field of {kind.__name__}")
        if isinstance(known[name], (int, float)) and isinstance(value, str):
            raise TrainingError(f"[{section}] {name} is a number in {kind.__name__}, not {value!r}")
    return {RENAMED.get(name, name): value for name, value in given.items()}


def _build(kind: type[Any], fields: dict[str, Any], section: str) -> Any:
    try:
        return kind(**fields)
    except (TypeError, ValueError) as error:
        raise TrainingError(f"[{section}] {kind.__name__} refuses this: {error}") from error
