"""Strand: what a model has read and written of one conversation, as keys and values.

A *prefix* is a prompt that was read once, for all that continue it. A *strand* is one continuation: its prefix and its *own* tokens, those
that follow the prefix, whoever wrote them. Keys and values of a stretch of tokens are one tensor (layers, 2, heads, tokens, values).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from models.student.encoding import Prompt

TOKENS = 3
"""The dimension of tokens in keys and values."""


@dataclass(frozen=True, slots=True, eq=False)
class Prefix:
    """A prompt that a model has read."""

    prompt: Prompt
    states: torch.Tensor
    """Keys and values of its tokens."""
    position: int
    """Of the token that follows."""
    logits: torch.Tensor
    """Of the token that follows, (vocabulary,)."""


@dataclass(slots=True, eq=False)
class Strand:
    """A continuation of a prefix."""

    prefix: Prefix
    states: torch.Tensor
    """Keys and values of its own tokens, as far as they are read."""
    position: int
    """Of the next token to be read."""

    @classmethod
    def of(cls, prefix: Prefix) -> Strand:
        """One that has no own tokens yet."""
        return cls(prefix, prefix.states[:, :, :, :0], prefix.position)

    @property
    def length(self) -> int:
        """Own tokens that are read."""
        return self.states.shape[TOKENS]
