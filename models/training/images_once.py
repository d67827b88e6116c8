"""Images once: encode each distinct image of a batch once, however many rollouts look at it.

A group's rollouts share their images, and the trainer gives the vision encoder a copy for each. Encoders of the Qwen-VL family take all
images of a batch as one list of patches with the grid of each image, so equal images can be found, encoded once and their tokens
repeated. Gradients of the copies add up as before.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch


def encode_images_once(model: Any) -> bool:
    """Change a model's vision encoder so; whether it is one of the family and was changed."""
    encoder = getattr(getattr(model, "model", None), "visual", None)
    if encoder is None or not hasattr(encoder, "spatial_merge_size"):
        return False
    encode, merge = encoder.forward, encoder.spatial_merge_size

    def forward(hidden_states: torch.Tensor, grid_thw: torch.Tensor, **options: Any) -> Any:
        rows = grid_thw.prod(-1).tolist()
        patches = torch.split_with_sizes(hidden_states, rows)
        first, which = distinct(patches, grid_thw)
        if len(first) == len(rows):
            return encode(hidden_states, grid_thw=grid_thw, **options)
        output = encode(torch.cat([patches[place] for place in first]), grid_thw=grid_thw[first], **options)
        return _repeated(output, [rows[place] for place in first], which, merge**2)

    encoder.forward = forward
    return True


def distinct(patches: Sequence[torch.Tensor], grid_thw: torch.Tensor) -> tuple[list[int], list[int]]:
    """Places of the first of each distinct image, and for every image the number of its first."""
    first: list[int] = []
    which: list[int] = []
    by_sum: dict[tuple[float, ...], list[int]] = {}
    for place, image in enumerate(patches):
        mark = (float(image.sum()), *grid_thw[place].tolist())
        same = next((number for number in by_sum.get(mark, []) if torch.equal(patches[first[number]], image)), None)
        if same is None:
            same = len(first)
            first.append(place)
            by_sum.setdefault(mark, []).append(same)
        which.append(same)
    return first, which


def _repeated(output: Any, rows: list[int], which: list[int], merged: int) -> Any:
    tokens = [row // merged for row in rows]
    output.pooler_output = _take(output.pooler_output, tokens, which)
    if getattr(output, "deepstack_features", None) is not None:
        output.deepstack_features = [_take(features, tokens, which) for features in output.deepstack_features]
    output.last_hidden_state = _take(output.last_hidden_state, rows, which)
    return output


def _take(features: torch.Tensor, lengths: list[int], which: list[int]) -> torch.Tensor:
    parts = torch.split_with_sizes(features, lengths)
    return torch.cat([parts[number] for number in which])
