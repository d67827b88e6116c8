"""Plain: the writer that hands every copy of a prompt to the model's own ``generate``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from transformers import GenerationConfig

from models.student.encoding import pad_left
from models.student.shared.rest import at_rest
from models.student.writing import Request, Sampling, Written


class PlainWriter:
    """Continues prompts by ``model.generate``, all in one batch; the chance is that of the first request's seed."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def write(self, requests: Sequence[Request], sampling: Sampling) -> list[Written]:
        """One continuation for each request, in order."""
        if not requests:
            return []
        prompts = [request.prompt for request in requests]
        inputs = pad_left(prompts, sampling.pad, self._model.config.image_token_id)
        placed = {name: value.to(self._model.device) for name, value in inputs.items()}
        with torch.random.fork_rng(), at_rest(self._model):
            torch.manual_seed(requests[0].seed)
            output = self._model.generate(**placed, generation_config=generation_config(sampling))
        rows = output[:, inputs["input_ids"].shape[1] :].cpu().tolist()
        return [_until_end(row[: request.max_new_tokens], sampling.ends) for row, request in zip(rows, requests, strict=True)]


def generation_config(sampling: Sampling) -> GenerationConfig:
    """The sampling as transformers takes it."""
    chance: dict[str, Any] = {"do_sample": False}
    if sampling.temperature > 0:
        chance = {"do_sample": True, "temperature": sampling.temperature, "top_k": sampling.top_k, "top_p": sampling.top_p}
        chance |= {"min_p": sampling.min_p or None}
    return GenerationConfig(
        max_new_tokens=sampling.max_new_tokens,
        repetition_penalty=sampling.repetition_penalty,
        eos_token_id=list(sampling.ends),
        pad_token_id=sampling.pad,
        suppress_tokens=list(sampling.suppressed) or None,
        disable_compile=True,
        **chance,
    )


def _until_end(row: list[int], ends: tuple[int, ...]) -> Written:
    """The row up to its first closing token."""
    place = next((place for place, token in enumerate(row) if token in ends), None)
    return Written(tuple(row), False) if place is None else Written(tuple(row[: place + 1]), True)
