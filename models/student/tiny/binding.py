"""Binding: the second stage. The language model learns to look at the object it speaks of.

The student captions scenes; the loss is on coordinates and shapes alone, and two heads of one layer are told where to look while these
are written: minus the logarithm of the attention they put on the image tokens that the object covers. Without that, binding takes ten
times longer. The vision tower stays as perception left it.
"""

from __future__ import annotations

import random
from typing import Any

import torch
from torch.nn import functional

from models.student.config import PretrainConfig
from models.student.tiny.lesson import IGNORED, Page, Reader
from models.student.tiny.optimizer import Schedule, optimizer
from models.student.tiny.perception import Observe

LOOKING_LAYER, LOOKING_HEADS = 2, 2
"""Which layer's first heads are told where to look (the layer before, of a shorter model)."""
ATTENTION_WEIGHT = 0.5
MOST_OBJECTS = 4
FLOOR = 1e-5


def learn_binding(model: Any, reader: Reader, config: PretrainConfig, observe: Observe) -> None:
    """Train the language model for ``config.binding_steps``."""
    model.set_attn_implementation("eager")
    model.model.visual.requires_grad_(False)
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    schedule = Schedule(optimizer(parameters, config.binding_learning_rate), config.binding_learning_rate, config.binding_steps)
    for step in range(1, config.binding_steps + 1):
        rng = random.Random(f"binding {config.seed} {step}")
        scenes = reader.draw(rng, config.bands, config.binding_batch_size)
        page = reader.page(rng, scenes, MOST_OBJECTS, config.shapes)
        logits, attention = _read(model, reader, page, reader.images(scenes), min(LOOKING_LAYER, config.layers - 1))
        spoken, looked = _spoken_loss(logits, page), looking_loss(attention, reader, page)
        schedule.step(step, spoken + ATTENTION_WEIGHT * looked, parameters)
        observe(step, {"binding_loss": spoken.item(), "binding_looking": looked.item(), "binding_right": _right(logits, page)})
    model.model.visual.requires_grad_(True)
    model.set_attn_implementation("sdpa")


def looking_loss(attention: torch.Tensor, reader: Reader, page: Page) -> torch.Tensor:
    """Minus the mean logarithm of the attention (B, heads, T, T) that the looking tokens of a page put on the cells of their object."""
    rows = attention[page.spots[:, 0], :LOOKING_HEADS, page.spots[:, 1]][..., reader.image_positions]
    return -((rows * page.covers[:, None]).sum(-1) + FLOOR).log().mean()


def _read(model: Any, reader: Reader, page: Page, images: dict[str, torch.Tensor], layer: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Logits (B, T, vocabulary) and the attention (B, heads, T, T) of one layer."""
    kinds = (page.ids == reader.processor.image_token_id).int()
    read = model(input_ids=page.ids, attention_mask=page.mask, mm_token_type_ids=kinds, output_attentions=True, use_cache=False, **images)
    return read.logits, read.attentions[layer]


def _spoken_loss(logits: torch.Tensor, page: Page) -> torch.Tensor:
    return functional.cross_entropy(logits[:, :-1].flatten(0, 1), page.labels[:, 1:].flatten(), ignore_index=IGNORED)


def _right(logits: torch.Tensor, page: Page) -> float:
    """The share of the tokens of coordinates and shapes that are said right."""
    labels = page.labels[:, 1:]
    known = labels != IGNORED
    return float((logits[:, :-1].argmax(-1) == labels)[known].float().mean())
