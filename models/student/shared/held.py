"""Held: the conversations of a call, kept for the turns that may follow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from models.student.encoding import Prompt
from models.student.pictures import Picture
from models.student.shared.strand import Prefix, Strand


@dataclass(frozen=True, slots=True)
class Turn:
    """A further turn of a conversation that is held."""

    strand: Strand
    """One of its own: it may grow."""
    ids: tuple[int, ...]
    """What the strand has not read."""
    pictures: tuple[Picture, ...]
    """Those among the ids."""


class Held:
    """What strands have read, found by the conversation."""

    def __init__(self, said: Iterable[tuple[Prompt, tuple[int, ...], Strand]] = ()) -> None:
        """Prompts, what was written after each, and the strand of both."""
        self._said = {prompt.ids + own: (prompt.pictures, strand) for prompt, own, strand in said}
        self._lengths = sorted({len(ids) for ids in self._said}, reverse=True)
        self._prefixes = {id(strand.prefix.prompt): strand.prefix for _, strand in self._said.values()}

    def prefix(self, prompt: Prompt) -> Prefix | None:
        """What was read of this very prompt."""
        return self._prefixes.get(id(prompt))

    def turn(self, prompt: Prompt) -> Turn | None:
        """Where a prompt goes on from the longest conversation that it begins with, pictures included."""
        for length in self._lengths:
            pictures, strand = self._said.get(prompt.ids[:length], ((), None))
            if strand is not None and _begins(prompt.pictures, pictures):
                read = len(strand.prefix.prompt.ids) + strand.length
                return Turn(replace(strand), prompt.ids[read:], prompt.pictures[len(pictures) :])
        return None


def _begins(pictures: tuple[Picture, ...], first: tuple[Picture, ...]) -> bool:
    return len(pictures) >= len(first) and all(one is other for one, other in zip(pictures, first, strict=False))
