"""Together: writers whose passes need every process.

Conversations end after different numbers of turns, and a process may have none at all, so those that are done earlier take part in the
*rounds* of the others with no requests of their own, until nobody asks any more.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from accelerate.utils import gather_object

from models.student.encoding import Prompt
from models.student.plain import PlainWriter
from models.student.shared.rows import limit
from models.student.writing import Request, Sampling, Written


@dataclass(frozen=True, slots=True)
class Round:
    """What all processes ask for at once."""

    requests: int
    """The most that any process has."""
    tokens: int
    """The most that any request may have."""
    is_lacking: bool
    """Whether a process has none."""


class WriterTogether(ABC):
    """A writer that every process asks equally often: ``write`` for each round of its own, then ``wait`` once."""

    _is_over = False

    def write(self, requests: Sequence[Request], sampling: Sampling) -> list[Written]:
        """One continuation for each request, in order; on no process any where none has requests."""
        longest = max((limit(request, sampling) for request in requests), default=0)
        counts, tokens = zip(*gather_object([(len(requests), longest)]), strict=True)
        self._is_over = not max(counts)
        return [] if self._is_over else self.write_round(requests, sampling, Round(max(counts), max(1, *tokens), not min(counts)))

    def wait(self, sampling: Sampling) -> None:
        """Take part in the rounds of other processes until none has requests."""
        self._is_over = False
        while not self._is_over:
            self.write([], sampling)

    @abstractmethod
    def write_round(self, requests: Sequence[Request], sampling: Sampling, now: Round) -> list[Written]:
        """The continuations of this process's own requests of a round, which may be none."""


class PlainTogether(WriterTogether):
    """The plain writer, for a model whose weights are parted among processes. One without requests writes a prompt of another's."""

    def __init__(self, model: object) -> None:
        self._plain = PlainWriter(model)

    def write_round(self, requests: Sequence[Request], sampling: Sampling, now: Round) -> list[Written]:
        asked = list(requests)
        if now.is_lacking:
            prompts: list[Prompt] = gather_object([request.prompt for request in requests[:1]])
            asked = asked or [Request(prompts[0])]
        return self._plain.write(asked, sampling)[: len(requests)]
