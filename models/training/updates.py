"""Updates: which rows of a generation feed which update of the weights.

Rows of one sample that stand side by side, a group or a pair of groups, are a *bundle* and stay on one update where they fit: so does the
published code of ViGoRL and iVGR, and what they share is read once. Which bundles an update is given is left to chance.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from itertools import groupby

import torch


def update_order(samples: Sequence[Hashable], passes: int, per_update: int) -> torch.Tensor:
    """The places of rows, of which ``samples`` are the samples, in the order in which they are passed.

    ``passes`` are those of the generation, ``per_update`` those of one update. Within an update, rows stand as they were made.
    """
    rooms = [len(part) for part in torch.split(torch.arange(len(samples)), len(samples) // passes * per_update)]
    updates: list[list[int]] = [[] for _ in rooms]
    over: list[int] = []
    for bundle in sorted(_shuffled(_bundles(samples)), key=len, reverse=True):
        roomiest = max(range(len(rooms)), key=lambda number: rooms[number] - len(updates[number]))
        fits = len(bundle) <= rooms[roomiest] - len(updates[roomiest])
        (updates[roomiest] if fits else over).extend(bundle)
    for update, room in zip(updates, rooms, strict=True):
        missing = room - len(update)
        update += over[:missing]
        del over[:missing]
    return torch.tensor([place for update in updates for place in sorted(update)])


def _bundles(samples: Sequence[Hashable]) -> list[list[int]]:
    return [list(places) for _, places in groupby(range(len(samples)), key=samples.__getitem__)]


def _shuffled(bundles: Sequence[list[int]]) -> list[list[int]]:
    return [bundles[number] for number in torch.randperm(len(bundles)).tolist()]
