"""Saying: what a student answers to requests, as a test compares it: the text with its cost, and no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from models.student.answering import Answerer
from models.student.encoding import Message
from models.student.load import Student
from models.student.stopping import StopReason
from models.student.turns import Ask

Request = tuple[Sequence[Message], Sequence[Image.Image]]
"""A conversation with its images, in order."""


@dataclass(frozen=True, slots=True)
class Generation:
    """One completion and its cost."""

    text: str
    stop_reason: StopReason
    prompt_tokens: int
    completion_tokens: int
    image_tokens: int


def generate(
    student: Student, requests: Sequence[Request], max_new_tokens: int, temperature: float = 0.0, seed: int = 0, batch_size: int = 32
) -> list[Generation]:
    """One completion per request, in order."""
    settings = student.config.model_copy(update={"max_new_tokens": max_new_tokens})
    answerer = Answerer(student, settings, temperature)
    asks = [
        Ask(answerer.encoder.encode(messages, images), images, (), seed * 1_000_003 + number)
        for number, (messages, images) in enumerate(requests)
    ]
    batches = [asks[start : start + batch_size] for start in range(0, len(asks), batch_size)]
    said = [episode for batch in batches for episode in answerer.answer(batch)]
    return [Generation(one.text, one.stop_reason, one.prompt_tokens, one.completion_tokens, one.image_tokens) for one in said]
