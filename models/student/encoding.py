"""Encoding: conversations as what a model reads: tokens, and *fields* that hold its pictures.

A *prompt* is one conversation up to the place where the student goes on. Its tokens stand unpadded, each picture's tokens in their place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from PIL import Image

Message = Mapping[str, Any]
KINDS = ("mm_token_type_ids", "token_type_ids")
"""Fields with a value for every token: 1 where it stands for a picture."""


@dataclass(frozen=True, slots=True, eq=False)
class Prompt:
    """A conversation as a model reads it."""

    ids: tuple[int, ...]
    fields: Mapping[str, torch.Tensor]
    """What the model takes beside the tokens, such as ``pixel_values`` (patches, values) and ``image_grid_thw`` (images, 3)."""
    kinds: str | None = None
    """The name of the field with a value for every token; None where the model has none."""
    images: int = 0


class Encoder:
    """Makes prompts of conversations, by a processor."""

    def __init__(self, processor: Any, image_token: int) -> None:
        self.processor = processor
        self.image_token = image_token
        """The token that stands for a part of a picture."""

    def encode(self, messages: Sequence[Message], images: Sequence[Image.Image]) -> Prompt:
        """The prompt of a conversation whose image blocks are these images, in order."""
        text = self.processor.apply_chat_template(plain(messages), tokenize=False, add_generation_prompt=True)
        seen = {"images": [list(images)]} if images else {}
        found = dict(self.processor(text=[text], return_tensors="pt", **seen))
        ids = found.pop("input_ids")[0].tolist()
        found.pop("attention_mask")
        kinds = next((name for name in KINDS if found.pop(name, None) is not None), None)
        return Prompt(tuple(ids), found, kinds, len(images))

    def image_tokens(self, ids: Sequence[int]) -> int:
        """How many of the tokens stand for pictures."""
        return list(ids).count(self.image_token)


def merge_fields(prompts: Sequence[Prompt]) -> dict[str, torch.Tensor]:
    """The fields of several rows, or of several parts of one row, one after another."""
    names = dict.fromkeys(name for prompt in prompts for name in prompt.fields)
    return {name: torch.cat([prompt.fields[name] for prompt in prompts if name in prompt.fields]) for name in names}


def pad_left(prompts: Sequence[Prompt], pad: int, image_token: int) -> dict[str, torch.Tensor]:
    """What a model takes for these prompts: ``input_ids`` and ``attention_mask`` (rows, tokens), padded on the left, and their fields."""
    longest = max(len(prompt.ids) for prompt in prompts)
    ids = torch.tensor([[pad] * (longest - len(prompt.ids)) + list(prompt.ids) for prompt in prompts])
    mask = torch.tensor([[0] * (longest - len(prompt.ids)) + [1] * len(prompt.ids) for prompt in prompts])
    kinds = {prompt.kinds: (ids == image_token).long() for prompt in prompts if prompt.kinds}
    return {"input_ids": ids, "attention_mask": mask, **merge_fields(prompts), **kinds}


def plain(messages: Sequence[Message]) -> list[dict[str, Any]]:
    """Messages without the empty keys that tables give their blocks: templates look at which keys a block has."""
    return [{**message, "content": _plain_content(message["content"])} for message in messages]


def _plain_content(content: Any) -> Any:
    if isinstance(content, str):
        return content
    return [{key: value for key, value in block.items() if value is not None} for block in content]
