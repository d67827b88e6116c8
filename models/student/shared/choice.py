"""Choice: the next token of each of several rows, by its chance or the likeliest.

Tokens are taken where the row's *chance*, uniform in [0, 1), falls in the cumulated distribution, so that what a row is given depends on
its own chance alone.
"""

from __future__ import annotations

import torch
from transformers import LogitsProcessorList, MinPLogitsWarper, TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper

from models.student.writing import Sampling


class Choice:
    """Chooses tokens as a sampling says."""

    def __init__(self, sampling: Sampling, device: torch.device) -> None:
        self.is_greedy = sampling.temperature <= 0
        self.minds_seen = sampling.repetition_penalty != 1.0
        """Whether it must know which tokens a row has seen."""
        self._penalty = sampling.repetition_penalty
        self._suppressed = torch.tensor(sampling.suppressed, dtype=torch.long, device=device)
        self._warpers = LogitsProcessorList() if self.is_greedy else _warpers(sampling)

    def take(
        self, logits: torch.Tensor, chances: torch.Tensor, seen: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        """A token for each row (rows, vocabulary), and its logarithmic probability where it was drawn.

        ``chances`` is (rows,), ``seen`` (rows, vocabulary) true for tokens of the row.
        """
        logits = logits.float()
        if seen is not None:
            logits = torch.where(seen, torch.where(logits < 0, logits * self._penalty, logits / self._penalty), logits)
        if len(self._suppressed):
            logits = logits.index_fill(1, self._suppressed, -torch.inf)
        if self.is_greedy:
            return logits.argmax(-1), None
        logprobs = self._warpers(None, logits).log_softmax(-1)
        cumulated = logprobs.double().exp_().cumsum(-1)
        reached = chances.double()[:, None] * cumulated[:, -1:]
        tokens = torch.searchsorted(cumulated, reached, right=True)
        return tokens[:, 0], logprobs.gather(1, tokens)[:, 0]


def chances(seed: int, tokens: int) -> torch.Tensor:
    """What decides each token of one continuation."""
    return torch.rand(tokens, generator=torch.Generator().manual_seed(seed))


def _warpers(sampling: Sampling) -> LogitsProcessorList:
    """In the order of transformers' own ``generate``."""
    warpers = LogitsProcessorList()
    if sampling.temperature != 1.0:
        warpers.append(TemperatureLogitsWarper(sampling.temperature))
    if sampling.top_k:
        warpers.append(TopKLogitsWarper(sampling.top_k))
    if sampling.top_p < 1.0:
        warpers.append(TopPLogitsWarper(sampling.top_p))
    if sampling.min_p:
        warpers.append(MinPLogitsWarper(sampling.min_p))
    return warpers
