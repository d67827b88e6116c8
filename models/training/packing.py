"""Packing: rows that share a prompt as one sequence, in which the prompt stands once.

A *pack* is the prompt without its last token, and then for each row a *segment*: the prompt's last token again, and the completion without
its own last token. A segment sees the prompt and itself, so that each of its places foretells one token of the completion, as it would
alone. Places (of rotary embeddings) are those that a row has by itself; pictures of the prompt are encoded once for all its rows.
Values and gradients are those of the rows read apart, rounding aside.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import torch

from models.student.encoding import Prompt
from models.student.pictures import Picture, join_pictures

FAMILY = {"qwen2_vl", "qwen2_5_vl", "qwen3_vl"}
"""Model types whose forward takes any mask and any places, and pictures as one list in the order of their tokens."""
ATTENTIONS = {"eager", "sdpa"}
"""Implementations that take a mask of every pair of tokens."""
LONGEST = 8192
"""Tokens of a pack; its mask has the square of them."""
IGNORED = -100


@dataclass(frozen=True, slots=True)
class PackRow:
    """A row to be read."""

    prompt: Prompt
    """Rows of one pack share the object."""
    ids: tuple[int, ...]
    """The completion; empty where nothing of it is to be read."""
    pictures: tuple[Picture, ...] = ()
    """Those within the completion."""


@dataclass(frozen=True, slots=True)
class Pack:
    """Rows of one prompt by their place in a batch."""

    rows: tuple[int, ...]
    length: int
    """Tokens."""


class Packing:
    """Reads rows in packs with models of one architecture."""

    def __init__(self, base: Any, image_token: int) -> None:
        """``base`` is the model without its head, of which no weight is used; see ``of``."""
        self._base, self._image_token = base, image_token
        text = base.config.get_text_config()
        self._is_eager = text._attn_implementation == "eager"
        head = getattr(text, "head_dim", None) or text.hidden_size // text.num_attention_heads
        heads = 2 * head * (text.num_attention_heads + text.num_key_value_heads)
        self._per_token = 2 * text.num_hidden_layers * text.hidden_size * (heads + 3 * text.intermediate_size)
        self._per_pair = 4 * text.num_hidden_layers * text.num_attention_heads * head

    @classmethod
    def of(cls, model: Any, image_token: int) -> Self | None:
        """The packing for a model without wrappers; None where packs are not known to be exact."""
        text = model.config.get_text_config()
        is_full = set(getattr(text, "layer_types", None) or ["full_attention"]) == {"full_attention"}
        is_known = model.config.model_type in FAMILY and text._attn_implementation in ATTENTIONS
        return cls(model.model, image_token) if is_known and is_full else None

    def plan(self, rows: Sequence[PackRow]) -> list[Pack]:
        """The packs that take the fewest operations; none where reading the rows apart takes fewer, or fewer tokens."""
        if any(self._image_token in (row.prompt.ids[-1], *row.ids[-1:]) for row in rows):
            return []
        longest = max(len(row.prompt.ids) for row in rows) + max(len(row.ids) for row in rows)
        groups: dict[int, list[int]] = {}
        for place, row in enumerate(rows):
            if row.ids:
                groups.setdefault(id(row.prompt), []).append(place)
        plans = [self._packs(rows, groups.values(), most) for most in range(1, max(map(len, groups.values()), default=0) + 1)]
        fitting = [packs for packs in plans if _length(packs) <= LONGEST and len(packs) * _length(packs) <= len(rows) * longest]
        best = min(fitting, key=lambda packs: self._cost(len(packs), _length(packs)), default=[])
        return best if self._cost(len(best), _length(best)) < self._cost(len(rows), longest) else []

    def inputs(self, rows: Sequence[PackRow], packs: Sequence[Pack]) -> dict[str, torch.Tensor]:
        """What the model takes for these packs, ``shift_labels`` included: (packs, tokens), places (3, packs, tokens)."""
        shape = (len(packs), _length(packs))
        ids, segments = torch.zeros(shape, dtype=torch.long), torch.full(shape, -1)
        labels, places = torch.full(shape, IGNORED), torch.zeros((3, *shape), dtype=torch.long)
        for number, pack in enumerate(packs):
            prompt = rows[pack.rows[0]].prompt
            own = [prompt.ids[:-1], *((prompt.ids[-1], *rows[row].ids[:-1]) for row in pack.rows)]
            ids[number, : pack.length] = torch.tensor([token for part in own for token in part])
            segments[number, : pack.length] = torch.tensor([which for which, part in enumerate(own) for _ in part])
            labels[number, len(own[0]) : pack.length] = torch.tensor([token for row in pack.rows for token in rows[row].ids])
            places[:, number, : pack.length] = self._places(prompt, [rows[row] for row in pack.rows])
        pictures = [picture for pack in packs for picture in _pictures(rows, pack)]
        kinds = {"mm_token_type_ids": (ids == self._image_token).long()} if pictures else {}
        mask = self._mask(segments)
        return {
            "input_ids": ids,
            "attention_mask": mask,
            "position_ids": places,
            "shift_labels": labels,
            **join_pictures(pictures),
            **kinds,
        }

    def _packs(self, rows: Sequence[PackRow], groups: Iterable[Sequence[int]], most: int) -> list[Pack]:
        """Every group in as many packs of at most that many rows as it takes."""
        parts = [tuple(group[start : start + most]) for group in groups for start in range(0, len(group), most)]
        return [Pack(part, len(rows[part[0]].prompt.ids) - 1 + sum(len(rows[row].ids) for row in part)) for part in parts]

    def _cost(self, sequences: int, length: int) -> int:
        cost: int = sequences * length * (self._per_token + self._per_pair * length)
        return cost

    def _mask(self, segments: torch.Tensor) -> torch.Tensor:
        """(packs, 1, tokens, tokens): which token (of the last dimension) each one sees. What fills up a pack sees the prompt too."""
        length = segments.shape[1]
        seen = torch.ones((length, length), dtype=torch.bool).tril()
        is_own = segments[:, :, None] == segments[:, None, :]
        mask = (seen & (is_own | (segments == 0)[:, None, :]))[:, None]
        return torch.where(mask, 0.0, torch.finfo(self._base.dtype).min).to(self._base.dtype) if self._is_eager else mask

    def _places(self, prompt: Prompt, rows: Sequence[PackRow]) -> torch.Tensor:
        asked = self._row_places(prompt.ids, prompt.pictures)
        after = torch.arange(max(len(row.ids) for row in rows)) + asked.max() + 1
        parts = [asked[:, :-1]]
        for row in rows:
            own = after.expand(3, -1) if not row.pictures else self._row_places(prompt.ids + row.ids, prompt.pictures + row.pictures)
            own = own if not row.pictures else own[:, asked.shape[1] :]
            parts += [asked[:, -1:], own[:, : len(row.ids) - 1]]
        return torch.cat(parts, 1)

    def _row_places(self, ids: Sequence[int], pictures: Sequence[Picture]) -> torch.Tensor:
        row = torch.tensor([list(ids)])
        grids = join_pictures(pictures).get("image_grid_thw")
        found, _ = self._base.get_rope_index(row, mm_token_type_ids=(row == self._image_token).long(), image_grid_thw=grids)
        places: torch.Tensor = found[:, 0]
        return places


def unpacked(values: torch.Tensor, packs: Sequence[Pack], rows: Sequence[PackRow], width: int) -> torch.Tensor:
    """The value of each token of each completion, (rows, width), of those at the places of packs; 0 where a row has no token."""
    places: list[tuple[int, int, int, int]] = []
    for number, pack in enumerate(packs):
        tokens = [(row, token) for row in pack.rows for token in range(len(rows[row].ids))]
        first = pack.length - len(tokens)
        places += [(row, token, number, first + place) for place, (row, token) in enumerate(tokens)]
    row, token, number, place = torch.tensor(places, device=values.device).T
    return values.new_zeros((len(rows), width)).index_put((row, token), values[number, place])


def _length(packs: Sequence[Pack]) -> int:
    return max((pack.length for pack in packs), default=0)


def _pictures(rows: Sequence[PackRow], pack: Pack) -> list[Picture]:
    return [*rows[pack.rows[0]].prompt.pictures, *(picture for row in pack.rows for picture in rows[row].pictures)]
