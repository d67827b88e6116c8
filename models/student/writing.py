"""Writing: a model continues prompts.

A *request* asks for one continuation of a prompt. Requests of one prompt share the object, so that a *writer* can read it once for all of
them. What a writer gives back is *written*: tokens up to the one that ends a turn, that one included, or up to the limit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from models.student.encoding import Prompt

PICTURE_TOKENS = ("image_token_id", "video_token_id", "vision_start_token_id", "vision_end_token_id")
"""Of a model's configuration."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How tokens are chosen. Everything that could bend the distribution is here, so that no checkpoint's own defaults do."""

    max_new_tokens: int
    ends: tuple[int, ...]
    """Tokens that end a turn."""
    pad: int
    """The token that fills rows up."""
    temperature: float = 0.0
    """0 is greedy."""
    top_p: float = 1.0
    top_k: int = 0
    """0 takes every token."""
    min_p: float = 0.0
    repetition_penalty: float = 1.0
    suppressed: tuple[int, ...] = ()
    """Tokens that are never written."""


@dataclass(frozen=True, slots=True)
class Request:
    """One continuation that is asked for."""

    prompt: Prompt
    seed: int = 0
    """Of its own chance: one seed gives one continuation, whatever else is asked for beside it, rounding aside."""
    max_new_tokens: int | None = None
    """None takes that of the sampling."""


@dataclass(frozen=True, slots=True)
class Written:
    """One continuation."""

    ids: tuple[int, ...]
    has_ended: bool
    """Whether the last token ends a turn."""
    logprobs: tuple[float, ...] | None = None
    """Of each token in the distribution it was drawn from; None where the writer does not say."""


class Writer(Protocol):
    """Continues prompts."""

    def write(self, requests: Sequence[Request], sampling: Sampling) -> list[Written]:
        """One continuation for each request, in order."""
        ...


def picture_tokens(config: Any) -> set[int]:
    """Tokens that stand for images in a prompt. A student that writes one breaks the next forward pass, so it may not."""
    return {getattr(config, name) for name in PICTURE_TOKENS if getattr(config, name, None) is not None}
