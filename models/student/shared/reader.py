"""Reader: a model as it reads: prompts that nothing was read of, and tokens that follow strands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch.nn import functional

from models.student.encoding import Prompt, pad_left
from models.student.pictures import Picture, join_pictures
from models.student.shared.pack import NOBODY, Pack
from models.student.shared.strand import Prefix, Strand


class Reader:
    """Reads for one model, whatever wraps it."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self.inner = inner_model(model)
        self.device = model.device
        self.tokens_read = 0
        """Tokens that prompts brought, padding left out."""
        self._places_pictures = hasattr(self.inner.model, "get_rope_index")

    def positions(self, ids: Sequence[int], pictures: Sequence[Picture]) -> torch.Tensor:
        """Of tokens that begin at 0, (axes, tokens): three axes where a model gives the tokens of a picture a height and a width."""
        if not self._places_pictures:
            return torch.arange(len(ids))[None]
        row = torch.tensor([ids])
        kinds = (row == self.inner.config.image_token_id).int()
        grids = join_pictures(pictures).get("image_grid_thw")
        found: torch.Tensor = self.inner.model.get_rope_index(row, mm_token_type_ids=kinds, image_grid_thw=grids)[0]
        return found[:, 0]

    def read(self, prompts: Sequence[Prompt]) -> list[Prefix]:
        """Prompts, all in one pass."""
        self.tokens_read += sum(len(prompt.ids) for prompt in prompts)
        places = [self.positions(prompt.ids, prompt.pictures) for prompt in prompts]
        inputs = pad_left(prompts, 0, self.inner.config.image_token_id)
        longest = inputs["input_ids"].shape[1]
        positions = torch.stack([_padded_left(place, longest) for place in places], 1)
        mask = inputs["attention_mask"].to(self.device)
        output = self._pass(inputs["input_ids"], positions, mask, [one for prompt in prompts for one in prompt.pictures], 1)
        states = torch.stack([torch.stack([layer.keys, layer.values.to(layer.keys)]) for layer in output.past_key_values.layers])
        logits = output.logits[:, -1].float()
        return [
            Prefix(prompt, states[:, :, row, :, longest - len(prompt.ids) :], int(places[row].max()) + 1, logits[row])
            for row, prompt in enumerate(prompts)
        ]

    def read_on(self, strands: Sequence[Strand], parts: Sequence[tuple[Sequence[int], Sequence[Picture]]]) -> torch.Tensor:
        """Tokens that follow strands, with the pictures among them, all in one pass: the strands grow, and logits (strands, vocabulary)
        of what comes next are returned."""
        self.tokens_read += sum(len(ids) for ids, _ in parts)
        places = [self.positions(*part) + strand.position for strand, part in zip(strands, parts, strict=True)]
        longest = max(len(ids) for ids, _ in parts)
        tokens = torch.stack([_padded_left(torch.tensor(ids), longest, 0) for ids, _ in parts])
        owners = torch.stack([_padded_left(torch.zeros(len(ids), dtype=torch.long), longest, NOBODY) for ids, _ in parts])
        pack = Pack([[strand] for strand in strands], owners)
        mask = pack.mask(owners)
        later = torch.ones(longest, longest, dtype=torch.bool, device=mask.device).triu(1)
        mask[..., pack.start :].masked_fill_(later, torch.finfo(mask.dtype).min)
        positions = torch.stack([_padded_left(place, longest) for place in places], 1)
        logits: torch.Tensor = self._pass(tokens, positions, mask, [one for _, pictures in parts for one in pictures], 1, pack.cache).logits
        for row, (strand, (ids, _)) in enumerate(zip(strands, parts, strict=True)):
            strand.states = pack.own(row, 0, strand.length + len(ids))
            strand.position = int(places[row].max()) + 1
        return logits[:, -1].float()

    def step(self, pack: Pack, ids: torch.Tensor, positions: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """One token (pages, slots) of every strand of a pack: logits (pages, slots, vocabulary) of the next ones."""
        axes = 3 if self._places_pictures else 1
        logits: torch.Tensor = self._pass(ids, positions.expand(axes, -1, -1), mask, (), 0, pack.cache).logits
        return logits

    def _pass(
        self, ids: torch.Tensor, positions: torch.Tensor, mask: torch.Tensor, pictures: Sequence[Picture], keep: int, cache: Any = None
    ) -> Any:
        """One forward pass; positions are (axes, rows, tokens), and of 0 logits to keep all are kept."""
        return self._model(
            input_ids=ids.to(self.device),
            attention_mask=mask,
            position_ids=(positions if self._places_pictures else positions[0]).to(self.device),
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=keep,
            **{name: value.to(self.device) for name, value in join_pictures(pictures).items()},
        )


def inner_model(model: Any) -> Any:
    """The model itself, of one that LoRA wraps."""
    return model.get_base_model() if hasattr(model, "get_base_model") else model


def _padded_left(values: torch.Tensor, length: int, filling: int = 0) -> torch.Tensor:
    """The last dimension filled up to a length."""
    return functional.pad(values, (length - values.shape[-1], 0), value=filling)
