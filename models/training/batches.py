"""Batches: how what a step reads is parted among processes and passes. Loads no torch: a plan counts with it too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.training.errors import TrainingError


def updates_per_generation(completions: int, per_pass: int, accumulation: int, iterations: int) -> int:
    """How many updates of the weights one generation feeds. Raises ``TrainingError`` unless it is whole."""
    passes = completions // per_pass * iterations
    if completions % per_pass or passes % accumulation:
        raise TrainingError(
            f"{completions} completions in passes of {per_pass}, {iterations} times, do not fill whole updates of {accumulation} passes"
        )
    return passes // accumulation


def split_batch(total: int, name: str, given: Mapping[str, Any], processes: int) -> tuple[int, int]:
    """Rows of one pass of a process, and passes of one update, for ``total`` rows of a step; ``given`` are the fields of TRL that a recipe
    sets. Raises ``TrainingError`` unless they make up the total."""
    accumulation = given.get("gradient_accumulation_steps")
    per_device = given.get("per_device_train_batch_size") or max(1, total // processes // (accumulation or 1))
    accumulation = accumulation or max(1, total // (per_device * processes))
    if total % (per_device * processes) or (name == "batch_size" and per_device * processes * accumulation != total):
        raise TrainingError(f"{name} is {total}, which {processes} processes with {per_device} each, {accumulation} times, do not make up")
    return per_device, accumulation
