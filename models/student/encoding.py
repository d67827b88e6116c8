"""Encoding: conversations as what a model reads: tokens, and *pictures* in their places.

A *prompt* is one conversation up to the place where the student goes on. Its tokens stand unpadded, each picture's tokens in their place.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from PIL import Image

from models.student.pictures import Picture, PictureReader, join_pictures

Message = Mapping[str, Any]
KINDS = ("mm_token_type_ids", "token_type_ids")
"""Fields with a value for every token: 1 where it stands for a picture."""
QUESTION, ANSWER = ".", "the answer of the student"
"""A conversation that is rendered to see how a turn ends and the next begins."""


@dataclass(frozen=True, eq=False)
class Prompt:
    """A conversation as a model reads it."""

    ids: tuple[int, ...]
    pictures: tuple[Picture, ...] = ()
    kinds: str | None = None
    """The name of the field with a value for every token; None where the model has none."""

    @property
    def images(self) -> int:
        """How many images it shows."""
        return sum(picture.images for picture in self.pictures)

    @cached_property
    def fields(self) -> Mapping[str, torch.Tensor]:
        """What the model takes beside the tokens, such as ``pixel_values`` (patches, values) and ``image_grid_thw`` (images, 3)."""
        return join_pictures(self.pictures)


class Encoder:
    """Makes prompts of conversations, by a processor that looks at each image once."""

    def __init__(self, processor: Any, image_token: int) -> None:
        self.processor = processor
        self.image_token = image_token
        """The token that stands for a part of a picture."""
        self._processor = copy.copy(processor)
        self._reader = self._processor.image_processor = PictureReader(processor.image_processor)

    def encode(self, messages: Sequence[Message], images: Sequence[Image.Image]) -> Prompt:
        """The prompt of a conversation whose image blocks are these images, in order."""
        return self._read(self._rendered(messages), images)

    def extend(self, prompt: Prompt, own_ids: Sequence[int], messages: Sequence[Message], images: Sequence[Image.Image] = ()) -> Prompt:
        """The prompt of the student's next turn.

        ``own_ids`` are the tokens that the student wrote after ``prompt``, ``messages`` what it is told then, such as one user's
        message, with an image block for each of ``images``. The ids begin with ``prompt.ids + own_ids``. What follows is not the
        student's: the end of its turn as the template writes it (unless its last token was that), the messages and the head of its
        next turn. The pictures are those of the prompt and those of ``images``.
        """
        spoken = [_said("user", QUESTION), _said("assistant", ANSWER)]
        _, _, after = self._rendered([*spoken, *messages]).partition(ANSWER)
        told = self._read(after, images, add_special_tokens=False)
        own = tuple(own_ids)
        repeats = bool(own) and own[-1:] == told.ids[:1]
        return Prompt(prompt.ids + own + told.ids[repeats:], prompt.pictures + told.pictures, prompt.kinds or told.kinds)

    def pictures(self, images: Sequence[Image.Image]) -> tuple[Picture, ...]:
        """Images as they stand in prompts."""
        return self._read(self.processor.image_token * len(images), images).pictures

    def image_tokens(self, ids: Sequence[int]) -> int:
        """How many of the tokens stand for pictures."""
        return list(ids).count(self.image_token)

    def _rendered(self, messages: Sequence[Message]) -> str:
        text: str = self.processor.apply_chat_template(plain(messages), tokenize=False, add_generation_prompt=True)
        return text

    def _read(self, text: str, images: Sequence[Image.Image], **options: Any) -> Prompt:
        seen = {"images": [list(images)]} if images else {}
        found = dict(self._processor(text=[text], return_tensors="pt", **seen, **options))
        ids = found.pop("input_ids")[0].tolist()
        found.pop("attention_mask")
        kinds = next((name for name in KINDS if found.pop(name, None) is not None), None)
        pictures = self._reader.last if images else []
        return Prompt(tuple(ids), tuple([Picture(found, tuple(images))] if pictures is None else pictures), kinds)


def merge_fields(prompts: Sequence[Prompt]) -> dict[str, torch.Tensor]:
    """The fields of several rows, one after another."""
    return join_pictures([picture for prompt in prompts for picture in prompt.pictures])


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


def _said(role: str, text: str) -> Message:
    return {"role": role, "content": [{"type": "text", "text": text}]}
