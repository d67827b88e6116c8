"""vLLM: the writer over TRL's own generation with vLLM, as a server or beside the training.

TRL asks vLLM for one number of tokens and one way to choose them at a time, and hands each process its slice of what one process was
given. So every process asks for equally many, with fillers where it has fewer, and for the most tokens that any of them may have; what is
over a request's own limit is cut off. vLLM itself reads a shared prefix once. Its chance is its own: the seeds of requests say nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from models.student.shared.rows import limit
from models.student.together import Round, WriterTogether
from models.student.writing import Request, Sampling, Written

FORBIDDEN = -100.0
"""The least bias that vLLM adds to the logit of a token."""


class VllmWriter(WriterTogether):
    """Continues prompts by ``trl.generation.vllm_generation.VLLMGeneration``, whose weights are those of the step."""

    def __init__(self, generation: Any) -> None:
        self._generation = generation

    def write_round(self, requests: Sequence[Request], sampling: Sampling, now: Round) -> list[Written]:
        fillers = now.requests - len(requests)
        prompts = [list(request.prompt.ids) for request in requests] + [[sampling.ends[0]]] * fillers
        images = [_images(request) for request in requests] + [None] * fillers
        ids, logprobs = self._generate(prompts, images, now.tokens, sampling)
        cut = zip(ids, logprobs, [limit(request, sampling) for request in requests], strict=False)
        return [_written(row[:most], said[:most], sampling.ends) for row, said, most in cut]

    def _generate(
        self, prompts: list[list[int]], images: list[Any], longest: int, sampling: Sampling
    ) -> tuple[list[list[int]], list[list[float]]]:
        generation = self._generation
        generation.temperature, generation.top_p, generation.min_p = sampling.temperature, sampling.top_p, sampling.min_p
        generation.top_k, generation.repetition_penalty = sampling.top_k, sampling.repetition_penalty
        generation.max_completion_length = longest
        generation.generation_kwargs = {
            **(generation.generation_kwargs or {}),
            "stop_token_ids": list(sampling.ends),
            "logit_bias": dict.fromkeys(sampling.suppressed, FORBIDDEN),
        }
        _, ids, logprobs, _ = generation.generate(prompts=prompts, images=images if any(images) else None, num_generations=1)
        return [list(row) for row in ids], [[one[0] if one[0] is not None else float("nan") for one in row] for row in logprobs]


def _images(request: Request) -> list[Any] | None:
    return [image for picture in request.prompt.pictures for image in picture.shown] or None


def _written(ids: list[int], logprobs: list[float], ends: tuple[int, ...]) -> Written:
    return Written(tuple(ids), bool(ids) and ids[-1] in ends, tuple(logprobs))
