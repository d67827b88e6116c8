"""Random students of each architecture with lively weights, and what they are asked."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from PIL import Image

from models.student.encoding import Encoder, Prompt, pad_left
from models.student.load import load_student
from models.student.writing import Request, Sampling, picture_tokens
from tests.models.folders import build_folder

LIVELY = 4.0
"""Times the initial weights: what a model writes then differs from prompt to prompt."""


@dataclass(frozen=True)
class Asked:
    """A model, and prompts of one, two and three images."""

    model: Any
    encoder: Encoder
    prompts: tuple[Prompt, ...]

    def sampling(self, max_new_tokens: int, **options: Any) -> Sampling:
        end, pad = self.encoder.processor.tokenizer.eos_token_id, self.encoder.processor.tokenizer.pad_token_id
        return Sampling(max_new_tokens, (end,), pad, suppressed=tuple(picture_tokens(self.model.config)), **options)

    def requests(self, each: int) -> list[Request]:
        """Some of each prompt, every one with its seed."""
        return [Request(prompt, 10 * number + index) for number, prompt in enumerate(self.prompts) for index in range(each)]

    def logits(self, prompt: Prompt, ids: Sequence[int]) -> torch.Tensor:
        """Of each of the ids that follow the prompt (tokens, vocabulary), in one pass over everything."""
        whole = Prompt(prompt.ids + tuple(ids), prompt.pictures, prompt.kinds)
        with torch.no_grad():
            found: torch.Tensor = self.model(**pad_left([whole], 0, self.encoder.image_token)).logits[0]
        return found[len(prompt.ids) - 1 : -1]


def make_asked(folder: Path, architecture: str) -> Asked:
    """A student of an architecture, asked."""
    student = load_student(build_folder(folder, architecture, side=56))
    for weights in student.model.parameters():
        weights.data *= LIVELY if weights.ndim > 1 else 1.0
    encoder = Encoder(student.processor, student.model.config.image_token_id)
    rng = random.Random(0)
    prompts = [encoder.encode([says("Where is it? " * count, count)], [noise(rng) for _ in range(count)]) for count in (1, 2, 3)]
    return Asked(student.model, encoder, tuple(prompts))


def says(text: str, images: int = 0) -> dict[str, Any]:
    """A user's message."""
    return {"role": "user", "content": [*[{"type": "image"}] * images, {"type": "text", "text": text}]}


def noise(rng: random.Random) -> Image.Image:
    """An image like no other."""
    return Image.frombytes("RGB", (60, 50), rng.randbytes(60 * 50 * 3))
