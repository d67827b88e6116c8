"""Rest: a model while it writes: it learns nothing and drops nothing out. It is left as it was found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

MASKED = ("sdpa", "eager")
"""Implementations of attention that take any mask."""


@contextmanager
def at_rest(model: Any) -> Iterator[None]:
    """Let a model write."""
    training = [module for module in model.modules() if module.training]
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        for module in training:
            module.training = True


@contextmanager
def by_masks(model: Any) -> Iterator[None]:
    """Let the language part of a model attend in a way that takes any mask."""
    text = model.config.get_text_config()
    kept: str = text._attn_implementation
    if kept in MASKED:
        yield
        return
    name = next((name for name in model.config.sub_configs if getattr(model.config, name) is text), "")
    model.set_attn_implementation({name: "sdpa"})
    try:
        yield
    finally:
        model.set_attn_implementation({name: kept})
