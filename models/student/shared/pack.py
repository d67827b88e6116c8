"""Pack: strands side by side for one pass of a model after another, each prefix once.

A *page* is one sequence of a batch: a prefix and, behind it, the own tokens of up to ``slots`` strands that share it. An attention mask
lets each strand see its prefix and itself alone, so that the model's usual attention reads a prefix once for all of its strands.
A *column* is the place of a token in its page; whose it is stands in ``columns``: the number of a slot, ``SHARED`` or ``NOBODY``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from transformers import Cache, DynamicLayer

from models.student.shared.strand import TOKENS, Strand

SHARED, NOBODY = -1, -2
COLUMN_COST, READERS = 1 / 256, 8
"""What it costs to fetch a column of a page at each pass, in tokens that are read, and how many readers of it cost as much again. Measured
roughly, with the tiny student on two cores; they decide only how strands are laid out."""


class Pack:
    """The keys and values of pages, with room for further columns."""

    def __init__(self, pages: Sequence[Sequence[Strand]], room: torch.Tensor) -> None:
        """``room`` (pages, columns) says whose the columns are that come after those which the strands hold now."""
        self.pages = [list(page) for page in pages]
        self.slots = max(map(len, pages))
        parts = [[(page[0].prefix.states, SHARED), *((one.states, slot) for slot, one in enumerate(page))] for page in pages]
        self.start = max(sum(states.shape[TOKENS] for states, _ in row) for row in parts)
        like = parts[0][0][0]
        layers, two, heads, _, values = like.shape
        states = like.new_empty(layers, two, len(pages), heads, self.start + room.shape[1], values)
        columns = torch.full((len(pages), self.start), NOBODY)
        for number, row in enumerate(parts):
            place = 0
            for part, owner in row:
                end = place + part.shape[TOKENS]
                states[:, :, number, :, place:end] = part
                columns[number, place:end] = owner
                place = end
            states[:, :, number, :, place : self.start] = 0
        self._states, self.columns = states, torch.cat([columns, room], 1)
        self._layers = [_Layer(layer, self.start) for layer in states]
        self.cache = Cache(layers=list(self._layers))

    @property
    def filled(self) -> int:
        """Columns that hold tokens."""
        return self._layers[0].filled

    @property
    def width(self) -> int:
        """Columns that there is room for, those that are filled included."""
        return self.columns.shape[1]

    def mask(self, readers: torch.Tensor) -> torch.Tensor:
        """What tokens of these slots (pages, tokens) see, (pages, 1, tokens, columns): 0, or the least number where they do not."""
        owners = self.columns[:, None]
        seen = (owners == SHARED) | (owners == readers[..., None])
        hidden = torch.finfo(self._states.dtype).min
        return torch.zeros(seen.shape, dtype=self._states.dtype).masked_fill(~seen, hidden)[:, None].to(self._states.device)

    def own(self, page: int, slot: int, length: int) -> torch.Tensor:
        """Keys and values of the first own tokens of a strand."""
        columns = (self.columns[page] == slot).nonzero()[:length, 0].to(self._states.device)
        return self._states[:, :, page].index_select(TOKENS, columns)


class _Layer(DynamicLayer):  # type: ignore[misc]
    """One layer's part of a pack; the columns are there from the start."""

    def __init__(self, states: torch.Tensor, filled: int) -> None:
        super().__init__()
        self._keys, self._values = states
        self.filled = filled
        self.is_initialized = True

    def update(self, key_states: torch.Tensor, value_states: torch.Tensor, *_: Any, **__: Any) -> tuple[torch.Tensor, torch.Tensor]:
        start, self.filled = self.filled, self.filled + key_states.shape[-2]
        self._keys[:, :, start : self.filled] = key_states
        self._values[:, :, start : self.filled] = value_states
        return self._keys[:, :, : self.filled], self._values[:, :, : self.filled]

    def get_seq_length(self) -> int:
        return self.filled


def lay_out(strands: Sequence[Strand], ahead: int = 0) -> list[list[Strand]]:
    """Strands in pages, so that a pass costs least with so many own tokens to come: few slots stay empty, few prefixes stand in several
    pages, and strands that have grown long do not pass over those of others."""
    groups: dict[int, list[Strand]] = {}
    for strand in strands:
        groups.setdefault(id(strand.prefix), []).append(strand)
    sizes = [len(group) for group in groups.values()]

    def cost(slots: int) -> float:
        return _cost(sum(-(-size // slots) for size in sizes), slots, strands, ahead)

    best = min(range(1, max(sizes) + 1), key=cost)
    return [group[start : start + best] for group in groups.values() for start in range(0, len(group), best)]


def pass_cost(pages: Sequence[Sequence[Strand]], ahead: int = 0) -> float:
    """What one pass over pages costs, in tokens that are read."""
    return _cost(len(pages), max(map(len, pages)), [strand for page in pages for strand in page], ahead)


def _cost(pages: int, slots: int, strands: Sequence[Strand], ahead: int) -> float:
    prefix = max(strand.prefix.states.shape[TOKENS] for strand in strands)
    own = sum(strand.length for strand in strands) / len(strands) + ahead
    return pages * (slots + COLUMN_COST * (prefix + slots * own) * (1 + slots / READERS))
