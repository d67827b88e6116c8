"""Rows: the tokens of continuations while they are written, one row each."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from models.student.shared.choice import Choice, chances
from models.student.writing import Request, Sampling, Written


class Rows:
    """As many tokens of each row as were taken before it ended. Behind the last row is one that has ended, to fill gaps with."""

    def __init__(self, requests: Sequence[Request], sampling: Sampling, device: torch.device) -> None:
        limits = [limit(request, sampling) for request in requests]
        self.longest = max(limits)
        self.gap = len(requests)
        self.taken = 0
        """Tokens that a row has which has not ended."""
        self._choice = Choice(sampling, device)
        self._ends = torch.tensor(sampling.ends, device=device)
        self._limits = torch.tensor([*limits, 0], device=device)
        self._chances = torch.stack([*(chances(request.seed, self.longest) for request in requests), torch.zeros(self.longest)]).to(device)
        self._tokens = torch.zeros(self.gap + 1, self.longest, dtype=torch.long, device=device)
        self._logprobs = None if self._choice.is_greedy else torch.zeros(self.gap + 1, self.longest, device=device)
        self._lengths = torch.zeros(self.gap + 1, dtype=torch.long, device=device)
        self._is_done = self._limits == 0
        self._seen = [request.prompt.ids for request in requests] if self._choice.minds_seen else None
        self._marks: torch.Tensor | None = None

    def take(self, logits: torch.Tensor, rows: torch.Tensor) -> None:
        """The next token of these rows; ``logits`` are (rows, vocabulary), of every row that has not ended and of any others."""
        place, self.taken = self.taken, self.taken + 1
        marks = self._marked(logits)
        tokens, logprobs = self._choice.take(logits, self._chances[rows, place], None if marks is None else marks[rows])
        self._tokens[rows, place] = tokens
        if self._logprobs is not None and logprobs is not None:
            self._logprobs[rows, place] = logprobs
        if marks is not None:
            marks[rows, tokens] = True
        self._lengths += ~self._is_done
        self._is_done |= torch.isin(self._tokens[:, place], self._ends) | (self._limits <= self.taken)

    def last(self, rows: torch.Tensor) -> torch.Tensor:
        """The token of each row that was taken last."""
        return self._tokens[rows, self.taken - 1]

    def alive(self) -> list[int]:
        """The rows that have not ended."""
        found: list[int] = (~self._is_done).nonzero()[:, 0].tolist()
        return found

    def is_over(self) -> bool:
        """Whether every row has ended."""
        return bool(self._is_done.all())

    def lengths(self) -> list[int]:
        """Tokens of each row."""
        found: list[int] = self._lengths[:-1].tolist()
        return found

    def written(self, ends: Sequence[int]) -> list[Written]:
        """The rows as they are."""
        tokens, lengths = self._tokens.tolist(), self.lengths()
        said = None if self._logprobs is None else self._logprobs.tolist()
        return [
            Written(
                ids=tuple(tokens[row][:length]),
                has_ended=length > 0 and tokens[row][length - 1] in ends,
                logprobs=None if said is None else tuple(said[row][:length]),
            )
            for row, length in enumerate(lengths)
        ]

    def _marked(self, logits: torch.Tensor) -> torch.Tensor | None:
        """Which tokens a row has seen (rows, vocabulary), where that matters."""
        if self._seen is not None and self._marks is None:
            self._marks = torch.zeros(self.gap + 1, logits.shape[-1], dtype=torch.bool, device=logits.device)
            for row, ids in enumerate(self._seen):
                self._marks[row, list(ids)] = True
        return self._marks


def limit(request: Request, sampling: Sampling) -> int:
    """The most tokens that a request is given."""
    return sampling.max_new_tokens if request.max_new_tokens is None else min(request.max_new_tokens, sampling.max_new_tokens)
