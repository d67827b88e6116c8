"""Images once: copies of an image cost nothing and change nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from models.student.load import load_student
from models.training.images_once import distinct, encode_images_once
from tests.models.folders import build_folder

QWEN = ("qwen2_vl", "qwen2_5_vl", "qwen3_vl")
GRID = torch.tensor([[1, 4, 4], [1, 4, 8], [1, 4, 4], [1, 8, 4], [1, 4, 4]])
COPIES = [0, 1, 0, 3, 4]
"""The first image that is equal; the second and fourth have the same patches in another shape."""


@pytest.fixture(params=QWEN)
def model(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    return load_student(build_folder(tmp_path, request.param, side=112)).model


def patches(model: Any) -> torch.Tensor:
    torch.manual_seed(0)
    width = model.model.visual.patch_embed.proj.weight[0].numel()
    images = [torch.randn(int(grid.prod()), width) for grid in GRID]
    images[3] = images[1]
    return torch.cat([images[place] for place in COPIES])


def encoded(model: Any, pixels: torch.Tensor) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
    """Features of every image, and the gradients of what they sum to."""
    model.zero_grad()
    output = model.model.visual(pixels, grid_thw=GRID)
    features = [output.pooler_output, *(getattr(output, "deepstack_features", None) or [])]
    torch.autograd.backward(torch.stack([(one**2).sum() for one in features]).sum())
    return features, [weight.grad for weight in model.model.visual.parameters() if weight.grad is not None]


def test_features_and_gradients_are_those_of_all_copies(model: Any) -> None:
    pixels = patches(model)
    expected = encoded(model, pixels)
    assert encode_images_once(model)
    found = encoded(model, pixels)
    for one, other in zip([*expected[0], *expected[1]], [*found[0], *found[1]], strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-4)


def test_only_equal_images_of_one_shape_are_copies(model: Any) -> None:
    parts = torch.split_with_sizes(patches(model), GRID.prod(-1).tolist())
    assert distinct(parts, GRID) == ([0, 1, 3, 4], [0, 1, 0, 2, 3])


def test_another_family_is_left_alone(tmp_path: Path) -> None:
    assert not encode_images_once(load_student(build_folder(tmp_path, "idefics3", side=112)).model)
