"""The vLLM writer, held to the words of TRL's ``VLLMGeneration.generate`` by a stand-in; vLLM itself has not been asked."""

from __future__ import annotations

import inspect
import math
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from PIL import Image
from trl.generation.vllm_generation import VLLMGeneration

from models.student.encoding import Prompt
from models.student.pictures import Picture
from models.student.vllm import VllmWriter
from models.student.writing import Request, Sampling

IMAGE = Image.new("RGB", (4, 4))
SAMPLING = Sampling(6, (2,), 0, temperature=0.8, top_p=0.9, suppressed=(7, 8))


class StandIn(SimpleNamespace):
    """Counts up from the last token of a prompt, and ends after four tokens."""

    def generate(self, prompts: list[list[int]], images: list[Any] | None, num_generations: int) -> tuple[Any, ...]:
        self.asked = (prompts, images, num_generations)
        ids = [([prompt[-1] + more for more in range(1, 5)] + [2])[: self.max_completion_length] for prompt in prompts]
        return prompts, ids, [[[-0.5] for _ in row[:-1]] + [[None]] for row in ids], None


@pytest.fixture
def generation() -> Any:
    return StandIn(generation_kwargs={"seed": 3})


def request(*ids: int, most: int | None = None, images: int = 0) -> Request:
    pictures = (Picture({"pixel_values": torch.zeros(1)}, (IMAGE,)),) * images
    return Request(Prompt(ids, pictures), max_new_tokens=most)


def test_the_stand_in_is_asked_in_the_words_of_the_trainer() -> None:
    known = set(inspect.signature(VLLMGeneration.generate).parameters)
    assert set(inspect.signature(StandIn.generate).parameters) <= known
    told = set(inspect.signature(VLLMGeneration.__init__).parameters)
    assert {"temperature", "top_p", "top_k", "min_p", "repetition_penalty", "max_completion_length", "generation_kwargs"} <= told


def test_each_request_is_a_prompt_with_its_images(generation: Any) -> None:
    VllmWriter(generation).write([request(1, 10, images=2), request(1, 20)], SAMPLING)
    assert generation.asked == ([[1, 10], [1, 20]], [[IMAGE, IMAGE], None], 1)


def test_requests_without_images_say_so(generation: Any) -> None:
    VllmWriter(generation).write([request(1, 10)], SAMPLING)
    assert generation.asked == ([[1, 10]], None, 1)


def test_tokens_are_chosen_as_the_sampling_says(generation: Any) -> None:
    VllmWriter(generation).write([request(1, 10)], SAMPLING)
    assert (generation.temperature, generation.top_p, generation.max_completion_length) == (0.8, 0.9, 6)
    assert generation.generation_kwargs == {"seed": 3, "stop_token_ids": [2], "logit_bias": {7: -100.0, 8: -100.0}}


def test_what_is_over_a_requests_own_limit_is_cut_off(generation: Any) -> None:
    long, short = VllmWriter(generation).write([request(1, 10), request(1, 20, most=2)], SAMPLING)
    assert (long.ids, long.has_ended) == ((11, 12, 13, 14, 2), True)
    assert (short.ids, short.has_ended, short.logprobs) == ((21, 22), False, (-0.5, -0.5))
    assert long.logprobs is not None
    assert math.isnan(long.logprobs[-1])


def test_a_process_with_less_to_ask_asks_for_fillers(generation: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.student.together.gather_object", lambda own: [*own, (3, 6)])
    assert len(VllmWriter(generation).write([request(1, 10)], SAMPLING)) == 1
    assert generation.asked[0] == [[1, 10], [2], [2]]
    assert VllmWriter(generation).write([], SAMPLING) == []
    assert len(generation.asked[0]) == 3


def test_nothing_is_asked_where_no_process_has_anything(generation: Any) -> None:
    assert VllmWriter(generation).write([], SAMPLING) == []
    assert not hasattr(generation, "asked")
