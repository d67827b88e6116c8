"""Generate: a student's answers to requests, in batches padded on the left.

A *request* is a conversation (messages of image and text blocks) with its images in order. Temperature 0 is greedy; otherwise the
whole distribution is sampled, as in reinforcement, and one seed with one batch size gives one result.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import torch
from PIL import Image
from transformers import GenerationConfig

from models.student.load import Student

Message = Mapping[str, Any]
Request = tuple[Sequence[Message], Sequence[Image.Image]]


class StopReason(StrEnum):
    """Why a completion ended."""

    STOP = "stop"
    """The model ended its turn."""
    LENGTH = "length"
    """The limit of new tokens cut it off."""


@dataclass(frozen=True, slots=True)
class Generation:
    """One completion and its cost."""

    text: str
    stop_reason: StopReason
    prompt_tokens: int
    """Image tokens included, padding not."""
    completion_tokens: int
    """The closing token included."""
    image_tokens: int


def generate(
    student: Student,
    requests: Sequence[Request],
    max_new_tokens: int | None = None,
    temperature: float = 0.0,
    seed: int = 0,
    batch_size: int = 32,
) -> list[Generation]:
    """One completion per request, in order; ``max_new_tokens`` is by default that of the student's settings."""
    settings = _settings(student, max_new_tokens or student.config.max_new_tokens, temperature)
    was_training = student.model.training
    student.model.eval()
    generations: list[Generation] = []
    for number, batch in enumerate(_batches(requests, batch_size)):
        with torch.random.fork_rng(), torch.inference_mode():
            torch.manual_seed(seed * 1_000_003 + number)
            generations += _complete(student, batch, settings)
    student.model.train(was_training)
    return generations


def encode(student: Student, requests: Sequence[Request]) -> Any:
    """The processor's output for requests, padded on the left and ready to be continued by the assistant."""
    texts = [student.processor.apply_chat_template(plain(messages), tokenize=False, add_generation_prompt=True) for messages, _ in requests]
    images = [list(pictures) for _, pictures in requests]
    seen = {"images": images} if any(images) else {}
    return student.processor(text=texts, padding=True, padding_side="left", return_tensors="pt", **seen)


def plain(messages: Sequence[Message]) -> list[dict[str, Any]]:
    """Messages without the empty keys that tables give their blocks: templates look at which keys a block has."""
    return [{**message, "content": _plain_content(message["content"])} for message in messages]


def _plain_content(content: Any) -> Any:
    if isinstance(content, str):
        return content
    return [{key: value for key, value in block.items() if value is not None} for block in content]


def _batches(requests: Sequence[Request], size: int) -> Iterator[Sequence[Request]]:
    for start in range(0, len(requests), size):
        yield requests[start : start + size]


def _settings(student: Student, max_new_tokens: int, temperature: float) -> GenerationConfig:
    """Everything that could bend the distribution is set, so that no checkpoint's own defaults do."""
    known = student.model.generation_config
    tokenizer = student.processor.tokenizer
    sampling = {"do_sample": True, "temperature": temperature, "top_k": 0, "top_p": 1.0} if temperature > 0 else {"do_sample": False}
    return GenerationConfig(
        max_new_tokens=max_new_tokens,
        repetition_penalty=1.0,
        eos_token_id=known.eos_token_id if known.eos_token_id is not None else tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        **sampling,
    )


def _complete(student: Student, requests: Sequence[Request], settings: GenerationConfig) -> list[Generation]:
    inputs = encode(student, requests).to(student.model.device)
    length = inputs["input_ids"].shape[1]
    output = student.model.generate(**inputs, generation_config=settings)[:, length:].cpu()
    prompts = inputs["attention_mask"].sum(-1).tolist()
    images = (inputs["input_ids"] == student.model.config.image_token_id).sum(-1).tolist()
    ends = settings.eos_token_id if isinstance(settings.eos_token_id, list) else [settings.eos_token_id]
    rows = [_until_end(row, ends) for row in output.tolist()]
    texts = student.processor.tokenizer.batch_decode([row for row, _ in rows], skip_special_tokens=True)
    return [
        Generation(text, reason, prompt, len(row), image)
        for text, (row, reason), prompt, image in zip(texts, rows, prompts, images, strict=True)
    ]


def _until_end(row: list[int], ends: list[int]) -> tuple[list[int], StopReason]:
    """The row up to its first closing token."""
    for place, token in enumerate(row):
        if token in ends:
            return row[: place + 1], StopReason.STOP
    return row, StopReason.LENGTH
