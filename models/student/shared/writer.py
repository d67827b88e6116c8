"""Writer: continues prompts, reading what they share once.

Each distinct prompt of a call is read once for all of its requests. What was read and written stays until the next call: a prompt that
begins as a conversation of the last call ended goes on from there, so that of a conversation's next turn only what is new is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from models.student.encoding import Prompt
from models.student.shared.decoding import Decoding
from models.student.shared.held import Held
from models.student.shared.reader import Reader
from models.student.shared.rest import at_rest, by_masks
from models.student.shared.rows import Rows, limit
from models.student.shared.strand import Prefix, Strand
from models.student.writing import Request, Sampling, Written


class SharedPrefixWriter:
    """Continues prompts by a model whose weights stay as they are; where they change, another is made."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._reader = Reader(model)
        self._held = Held()

    @property
    def tokens_read(self) -> int:
        """Tokens of prompts that were read over all calls: a prompt once, of a conversation's next turn what is new."""
        return self._reader.tokens_read

    def write(self, requests: Sequence[Request], sampling: Sampling) -> list[Written]:
        """One continuation for each request, in order."""
        asked = [request for request in requests if limit(request, sampling) > 0]
        written = iter(self._write(asked, sampling) if asked else [])
        return [next(written) if limit(request, sampling) > 0 else Written((), False) for request in requests]

    def _write(self, requests: Sequence[Request], sampling: Sampling) -> list[Written]:
        with at_rest(self._model), by_masks(self._reader.inner):
            strands, logits = self._begin([request.prompt for request in requests])
            rows = Rows(requests, sampling, self._reader.device)
            Decoding(self._reader, strands, rows).run(logits)
        written = rows.written(sampling.ends)
        self._held = Held(zip([request.prompt for request in requests], [one.ids for one in written], strands, strict=True))
        return written

    def _begin(self, prompts: Sequence[Prompt]) -> tuple[list[Strand], torch.Tensor]:
        """A strand for each prompt, read to its end, and logits (prompts, vocabulary) of its first token."""
        going_on = {number: turn for number, prompt in enumerate(prompts) if (turn := self._held.turn(prompt)) is not None}
        prefixes = self._prefixes([prompt for number, prompt in enumerate(prompts) if number not in going_on])
        strands = [
            going_on[number].strand if number in going_on else Strand.of(prefixes[id(prompt)]) for number, prompt in enumerate(prompts)
        ]
        logits = torch.stack([strand.prefix.logits for strand in strands])
        if going_on:
            turns = list(going_on.values())
            read = self._reader.read_on([turn.strand for turn in turns], [(turn.ids, turn.pictures) for turn in turns])
            logits[list(going_on)] = read
        return strands, logits

    def _prefixes(self, prompts: Sequence[Prompt]) -> dict[int, Prefix]:
        """What is read of prompts, by their identity."""
        distinct = {id(prompt): prompt for prompt in prompts}
        known = {name: prefix for name in distinct if (prefix := self._held.prefix(distinct[name])) is not None}
        unknown = [prompt for name, prompt in distinct.items() if name not in known]
        return known | ({id(prefix.prompt): prefix for prefix in self._reader.read(unknown)} if unknown else {})
