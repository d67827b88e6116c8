"""Decoding: strands written on, all of them a token at each pass, until each has ended or come to its limit.

Passes go over a *pack*. It is laid out anew when its room is used up, or when so many strands have ended that fewer pages or slots
would do. Strands keep what was read of them: all but the last token.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from models.student.shared.pack import Pack, lay_out, pass_cost
from models.student.shared.reader import Reader
from models.student.shared.rows import Rows
from models.student.shared.strand import Strand

ROOM = 128
"""Passes that a pack has room for."""
LOOK_EVERY = 8
"""Passes between two looks at whether another layout would cost less."""
WORTHWHILE = 0.75
"""What part of a pass's cost another layout must come down to."""


class Decoding:
    """Writes rows, each the continuation of the strand of its number."""

    def __init__(self, reader: Reader, strands: Sequence[Strand], rows: Rows) -> None:
        self._reader, self._strands, self._rows = reader, strands, rows
        self._numbers = {id(strand): number for number, strand in enumerate(strands)}
        self._begun = [(strand.length, strand.position) for strand in strands]

    def run(self, logits: torch.Tensor) -> None:
        """Write to the end; ``logits`` (rows, vocabulary) are those of the first tokens."""
        self._rows.take(logits, torch.arange(len(self._strands), device=logits.device))
        while alive := self._rows.alive():
            pages = lay_out([self._strands[row] for row in alive], self._ahead())
            pack = self._passes(pages)
            self._keep(pack)

    def _passes(self, pages: Sequence[Sequence[Strand]]) -> Pack:
        """Passes over one pack, until it no longer serves."""
        rows, slots = self._rows, max(map(len, pages))
        steps = min(ROOM, rows.longest - rows.taken)
        everyone = torch.arange(slots).expand(len(pages), slots)
        pack = Pack(pages, everyone.repeat(1, steps))
        mask = pack.mask(everyone)
        grid = self._grid([[self._numbers[id(strand)] for strand in page] for page in pages], slots, rows.gap)
        positions = self._grid([[strand.position for strand in page] for page in pages], slots, 0)
        flat = grid.flatten()
        for step in range(1, steps + 1):
            logits = self._reader.step(pack, rows.last(grid), positions, mask[..., : pack.filled + slots])
            rows.take(logits.flatten(0, 1), flat)
            positions = positions + 1
            if rows.is_over() or (step % LOOK_EVERY == 0 and self._is_loose(pages)):
                break
        return pack

    def _ahead(self) -> int:
        """How many own tokens a strand will have more, as a mean over the passes of a pack."""
        return min(ROOM, self._rows.longest - self._rows.taken) // 2

    def _grid(self, values: Sequence[Sequence[int]], slots: int, filling: int) -> torch.Tensor:
        return torch.tensor([[*row, *[filling] * (slots - len(row))] for row in values], device=self._reader.device)

    def _is_loose(self, pages: Sequence[Sequence[Strand]]) -> bool:
        """Whether the strands that go on would cost less laid out anew."""
        alive, ahead = [self._strands[row] for row in self._rows.alive()], self._ahead()
        return pass_cost(lay_out(alive, ahead), ahead) <= WORTHWHILE * pass_cost(pages, ahead)

    def _keep(self, pack: Pack) -> None:
        lengths = self._rows.lengths()
        for page, strands in enumerate(pack.pages):
            for slot, strand in enumerate(strands):
                row = self._numbers[id(strand)]
                length, position = self._begun[row]
                strand.states = pack.own(page, slot, length + lengths[row] - 1)
                strand.position = position + lengths[row] - 1
