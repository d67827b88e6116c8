"""Packing: a prompt that is read once for all its completions is read as if for each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch
from PIL import Image
from trl.trainer.utils import add_fused_lm_head

from models.student.encoding import Encoder, Prompt
from models.student.load import load_student
from models.student.pictures import join_pictures
from models.training.packing import IGNORED, Packing, PackRow, unpacked
from tests.models.folders import build_folder

Read = tuple[torch.Tensor, torch.Tensor]
TEMPERATURE = 0.7


@pytest.fixture(scope="module", params=[("qwen2_vl", "sdpa"), ("qwen2_5_vl", "eager"), ("qwen2_5_vl", "sdpa"), ("qwen3_vl", "sdpa")])
def reader(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Encoder]:
    architecture, attention = request.param
    student = load_student(build_folder(tmp_path_factory.mktemp(architecture), architecture, side=112))
    student.model.set_attn_implementation(attention)
    add_fused_lm_head(student.model, temperature=TEMPERATURE, outputs=("log_probs", "entropy"))
    return student.model, Encoder(student.processor, student.model.config.image_token_id)


def asked(encoder: Encoder, question: str, *sizes: tuple[int, int]) -> Prompt:
    images = [Image.effect_noise(size, 80).convert("RGB") for size in sizes]
    blocks: list[dict[str, Any]] = [{"type": "image"} for _ in sizes]
    return encoder.encode([{"role": "user", "content": [*blocks, {"type": "text", "text": question}]}], images)


def drawn(length: int, seed: int) -> tuple[int, ...]:
    return tuple(torch.randint(20, 300, (length,), generator=torch.Generator().manual_seed(seed)).tolist())


def group_rows(prompt: Prompt, *lengths: int) -> list[PackRow]:
    return [PackRow(prompt, drawn(length, 7 * number + length)) for number, length in enumerate(lengths)]


def with_crop(encoder: Encoder, row: PackRow) -> PackRow:
    """The row, after which a part of the picture was shown and something more was said."""
    told = {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "Look."}]}
    seen = encoder.extend(row.prompt, row.ids, [told], [Image.effect_noise((112, 84), 80).convert("RGB")])
    return replace(row, ids=seen.ids[len(row.prompt.ids) :] + drawn(5, 3), pictures=seen.pictures[len(row.prompt.pictures) :])


def read_apart(model: Any, encoder: Encoder, rows: list[PackRow], width: int) -> Read:
    """Each row in full, prompts filled up on the left and completions on the right, as the trainer reads them."""
    longest = max(len(row.prompt.ids) for row in rows)
    sides = [(longest - len(row.prompt.ids), width - len(row.ids)) for row in rows]
    ids = torch.tensor([[0] * left + [*row.prompt.ids, *row.ids] + [0] * right for row, (left, right) in zip(rows, sides, strict=True)])
    mask = torch.ones_like(ids)
    for number, (left, right) in enumerate(sides):
        mask[number, :left], mask[number, ids.shape[1] - right :] = 0, 0
    labels = ids.masked_fill(mask == 0, IGNORED)
    labels[:, :-width] = IGNORED
    fields = join_pictures([picture for row in rows for picture in (*row.prompt.pictures, *row.pictures)])
    kinds = {"mm_token_type_ids": (ids == encoder.image_token).long()} if fields else {}
    output = model(input_ids=ids, attention_mask=mask, labels=labels, fused_lm_head=True, **fields, **kinds)
    return output.log_probs[:, -width:], output.entropy[:, -width:]


def read_packed(model: Any, encoder: Encoder, rows: list[PackRow], width: int) -> Read:
    packing = Packing.of(model, encoder.image_token)
    assert packing is not None
    packs = packing.plan(rows)
    assert len(packs) < len(rows)
    output = model(**packing.inputs(rows, packs), fused_lm_head=True)
    logps, entropies = (unpacked(values, packs, rows, width) for values in (output.log_probs, output.entropy))
    return logps, entropies


def assert_same(model: Any, encoder: Encoder, rows: list[PackRow]) -> None:
    """Values and gradients of both ways."""
    width = max(len(row.ids) for row in rows)
    weights = torch.randn((2, len(rows), width), generator=torch.Generator().manual_seed(0))
    found = []
    for read in (read_apart, read_packed):
        model.zero_grad()
        logps, entropies = read(model, encoder, rows, width)
        torch.autograd.backward((weights[0] * logps + weights[1] * entropies).sum())
        found.append([logps.detach(), entropies.detach(), *(weight.grad for weight in model.parameters() if weight.grad is not None)])
    for one, other in zip(*found, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-5 * max(1.0, float(one.detach().abs().max())))


def test_groups_of_one_image_and_two_are_read_as_apart(reader: tuple[Any, Encoder]) -> None:
    model, encoder = reader
    one, two = asked(encoder, "Where?", (120, 100)), asked(encoder, "Which of both is red?", (90, 130), (100, 100))
    assert_same(model, encoder, [*group_rows(one, 9, 1, 6), *group_rows(two, 4, 12)])


def test_crops_within_completions_are_read_as_apart(reader: tuple[Any, Encoder]) -> None:
    model, encoder = reader
    plain, first, second = group_rows(asked(encoder, "Where is the small one?", (120, 100)), 5, 7, 3)
    assert_same(model, encoder, [with_crop(encoder, first), plain, with_crop(encoder, second)])


def test_a_prompt_of_words_is_read_as_apart(reader: tuple[Any, Encoder]) -> None:
    model, encoder = reader
    assert_same(model, encoder, group_rows(asked(encoder, "What is there to be seen, where nothing is shown?"), 2, 9, 8))
