"""Optimizer: AdamW with a warm-up, a flat part and a linear end, bounded by steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

BETAS = (0.9, 0.98)
WEIGHT_DECAY = 0.01
CLIP = 1.0
WARMUP, DECAY_FROM, LEAST = 0.05, 0.5, 0.05
"""Shares of the steps, and of the learning rate."""


def optimizer(parameters: Sequence[torch.nn.Parameter], learning_rate: float) -> torch.optim.Optimizer:
    """AdamW as all stages of the tiny student use it."""
    return torch.optim.AdamW(parameters, lr=learning_rate, betas=BETAS, weight_decay=WEIGHT_DECAY, fused=True)


@dataclass(frozen=True, slots=True)
class Schedule:
    """Steps an optimizer at the learning rate that the step asks for."""

    optimizer: torch.optim.Optimizer
    learning_rate: float
    steps: int

    def rate(self, step: int) -> float:
        """The learning rate of a step, counted from 1."""
        done = step / self.steps
        end = 1 - (done - DECAY_FROM) / (1 - DECAY_FROM)
        return self.learning_rate * min(1.0, done / WARMUP, max(LEAST, end))

    def step(self, step: int, loss: torch.Tensor, clipped: Sequence[torch.nn.Parameter]) -> None:
        """One update from a loss; the gradients of ``clipped`` are limited in norm."""
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate(step)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(clipped, CLIP)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
