"""Perception: the first stage. Every merged image token learns what lies under it.

Colour and shape are read off a token by its likeness to the words' own embeddings, which the language model will look for later; the
digits of the object's centre and box are read off by linear heads that are thrown away afterwards.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from data.sources.scenes import COLORS, SHAPES, Scene
from models.student.config import PretrainConfig
from models.student.tiny.lesson import IGNORED, Reader
from models.student.tiny.optimizer import Schedule, optimizer
from models.student.tiny.tokenizer import word_token

NUMBERS = 6
"""x, y, x1, y1, x2, y2."""
LIKENESS = 8.0
"""Scale of the cosine between an image token and a word."""
TENS_WEIGHT, UNITS_WEIGHT = 0.3, 0.1
Observe = Callable[[int, dict[str, float]], None]


class Heads(torch.nn.Module):
    """Logits of what lies under a token: colour or nothing, shape or nothing, and a digit for tens and units of each number."""

    def __init__(self, width: int, words: torch.Tensor) -> None:
        super().__init__()
        self.linear = torch.nn.Linear(width, 2 + NUMBERS * 20)
        self.words = functional.normalize(words, dim=-1)

    def forward(self, tokens: torch.Tensor) -> list[torch.Tensor]:
        """``tokens`` (N, width) to logits (N, classes): colour, shape, then tens and units of each number."""
        alike = LIKENESS * functional.normalize(tokens, dim=-1) @ self.words.T
        nothing, digits = self.linear(tokens).split([2, NUMBERS * 20], dim=-1)
        color = torch.cat([alike[:, : len(COLORS)], nothing[:, :1]], dim=-1)
        shape = torch.cat([alike[:, len(COLORS) :], nothing[:, 1:]], dim=-1)
        return [color, shape, *digits.split(10, dim=-1)]


def learn_perception(model: Any, reader: Reader, config: PretrainConfig, observe: Observe) -> None:
    """Train the vision tower for ``config.vision_steps``; everything else stays as it is."""
    tokenizer = reader.processor.tokenizer
    words = torch.tensor([word_token(tokenizer, f" {word}") for word in (*COLORS, *SHAPES)])
    torch.manual_seed(config.seed)
    heads = Heads(config.width, model.get_input_embeddings().weight.detach()[words])
    parameters = list(model.model.visual.parameters())
    optimize = optimizer([*parameters, *heads.parameters()], config.learning_rate)
    schedule = Schedule(optimize, config.learning_rate, config.vision_steps)
    for step in range(1, config.vision_steps + 1):
        rng = random.Random(f"perception {config.seed} {step}")
        scenes = reader.draw(rng, config.bands, config.batch_size)
        logits = heads(image_tokens(model, reader.images(scenes)))
        targets = torch.from_numpy(cell_targets(reader, scenes))
        loss = _loss(logits, targets)
        schedule.step(step, loss, parameters)
        observe(step, {"perception_loss": loss.item()} | _accuracy(logits, targets))


def image_tokens(model: Any, images: dict[str, torch.Tensor]) -> torch.Tensor:
    """The merged tokens of all images, (tokens, width)."""
    tokens: torch.Tensor = model.model.visual(images["pixel_values"], grid_thw=images["image_grid_thw"]).pooler_output
    return tokens


def cell_targets(reader: Reader, scenes: Sequence[Scene]) -> Any:
    """What lies under each cell, (cells of all scenes, 2 + 2 * NUMBERS): colour, shape, tens and units; of several objects the nearest."""
    return np.concatenate([_scene_targets(reader, scene) for scene in scenes])


def _scene_targets(reader: Reader, scene: Scene) -> Any:
    centers, covered = reader.centers(scene), reader.cover(scene)
    middles = np.array([[item.center.x, item.center.y] for item in scene.objects])
    distance = np.where(covered, ((centers[None] - middles[:, None]) ** 2).sum(-1), np.inf)
    rows = np.array([_object_targets(reader, scene, index) for index in range(len(scene.objects))])
    nothing = np.array([len(COLORS), len(SHAPES), *[IGNORED] * (2 * NUMBERS)])
    return np.where(covered.any(axis=0, keepdims=True).T, rows[distance.argmin(0)], nothing)


def _object_targets(reader: Reader, scene: Scene, index: int) -> list[int]:
    item = scene.objects[index]
    digits = [digit for value in reader.place(item) for digit in divmod(min(value, 99), 10)]
    return [list(COLORS).index(item.color), SHAPES.index(item.shape), *digits]


def _loss(logits: list[torch.Tensor], targets: torch.Tensor) -> torch.Tensor:
    weights = [1.0, 1.0, *[TENS_WEIGHT, UNITS_WEIGHT] * NUMBERS]
    parts = [functional.cross_entropy(part, targets[:, k], ignore_index=IGNORED) for k, part in enumerate(logits)]
    return torch.stack([weight * part for weight, part in zip(weights, parts, strict=True)]).sum()


def _accuracy(logits: list[torch.Tensor], targets: torch.Tensor) -> dict[str, float]:
    """Shares of the cells with an object whose colour, shape, tens and units are read right."""
    known = targets[:, 2] != IGNORED
    right = torch.stack([(part.argmax(-1) == targets[:, k])[known].float().mean() for k, part in enumerate(logits)]).tolist()
    names = {"color": right[0], "shape": right[1], "tens": sum(right[2::2]) / NUMBERS, "units": sum(right[3::2]) / NUMBERS}
    return {f"perception_{name}": value for name, value in names.items()}
