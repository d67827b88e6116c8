"""Writers: which of them continues prompts with a model.

*shared* reads what prompts share once; *plain* is the model's own ``generate``, for models whose keys and values cannot be shared so.
"""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Any

from transformers import DynamicCache, DynamicLayer

from models.student.plain import PlainWriter
from models.student.shared.reader import inner_model
from models.student.shared.writer import SharedPrefixWriter
from models.student.writing import Writer

FAMILIES = ("qwen2_vl", "qwen2_5_vl", "qwen3_vl", "idefics3", "smolvlm")
"""Model types whose positions and masks are known here, and held to those of ``generate`` by tests."""

logger = logging.getLogger(__name__)


def make_writer(model: Any) -> Writer:
    """The shared writer, or the plain one where that cannot be; why is said once."""
    reason = why_plain(model)
    if reason is None:
        return SharedPrefixWriter(model)
    _say(reason)
    return PlainWriter(model)


def why_plain(model: Any) -> str | None:
    """Why what prompts share is read for each of their copies; None where it is read once."""
    config = inner_model(model).config
    if config.model_type not in FAMILIES:
        return f"models of type {config.model_type} read a prompt once for each of its copies; known are {', '.join(FAMILIES)}"
    if any(adapter.is_prompt_learning for adapter in getattr(model, "peft_config", {}).values()):
        return "an adapter puts tokens of its own before each prompt, so a prompt is read once for each of its copies"
    layers = {type(layer).__name__ for layer in DynamicCache(config=config).layers} - {DynamicLayer.__name__}
    if layers:
        return f"{', '.join(sorted(layers))} does not keep every token, so a prompt is read once for each of its copies"
    return None


@lru_cache
def _say(reason: str) -> None:
    logger.warning(reason)
