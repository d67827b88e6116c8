"""Generate: what a student says to one message each, outside of training.

A *request* is a conversation (messages of image and text blocks) with its images in order. Temperature 0 is greedy; otherwise the
whole distribution is sampled, as in reinforcement, and one seed gives each request its own continuation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from models.student.encoding import Encoder, Message
from models.student.load import Student
from models.student.writers import make_writer
from models.student.writing import Request as Wanted
from models.student.writing import Sampling, StopReason, Written, picture_tokens

Request = tuple[Sequence[Message], Sequence[Image.Image]]


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
    encoder = Encoder(student.processor, student.model.config.image_token_id)
    writer = make_writer(student.model)
    sampling = student_sampling(student, max_new_tokens or student.config.max_new_tokens, temperature)
    generations: list[Generation] = []
    for start in range(0, len(requests), batch_size):
        batch = requests[start : start + batch_size]
        wanted = [Wanted(encoder.encode(*request), seed * 1_000_003 + start + number) for number, request in enumerate(batch)]
        written = writer.write(wanted, sampling)
        generations += [_generation(encoder, one, said) for one, said in zip(wanted, written, strict=True)]
    return generations


def student_sampling(student: Student, max_new_tokens: int, temperature: float) -> Sampling:
    """How a student chooses tokens outside of training: no default of its checkpoint bends the distribution."""
    known, tokenizer = student.model.generation_config.eos_token_id, student.processor.tokenizer
    ends = tokenizer.eos_token_id if known is None else known
    return Sampling(
        max_new_tokens=max_new_tokens,
        ends=tuple(ends) if isinstance(ends, list) else (ends,),
        pad=tokenizer.pad_token_id,
        temperature=temperature,
        suppressed=tuple(sorted(picture_tokens(student.model.config))),
    )


def _generation(encoder: Encoder, wanted: Wanted, written: Written) -> Generation:
    return Generation(
        text=encoder.processor.tokenizer.decode(list(written.ids), skip_special_tokens=True),
        stop_reason=StopReason.END if written.has_ended else StopReason.LENGTH,
        prompt_tokens=len(wanted.prompt.ids),
        completion_tokens=len(written.ids),
        image_tokens=encoder.image_tokens(wanted.prompt.ids),
    )
