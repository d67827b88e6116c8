"""Method: a way to make traces of a sample, and the registry of them.

A method is one object with a name and ``generate``. The next one is a file with such an object, imported in
``models.teacher.methods``, and its name in ``models.teacher.config.GenerateConfig``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from data.rows import Row
from data.sample import Sample
from data.space import Frame
from data.viewing import ViewConfig
from models.teacher.call import Call, Reply
from models.teacher.config import GenerateConfig


@dataclass(frozen=True)
class Made:
    """What a method made of one sample, as rows of their tables."""

    traces: list[Row] = field(default_factory=list)
    """None for calls that failed."""
    trees: list[Row] = field(default_factory=list)
    judgements: list[Row] = field(default_factory=list)
    unfinished: list[str] = field(default_factory=list)
    """Samples with a call that the budget left unasked; no method fills it."""

    @classmethod
    def together(cls, parts: Iterable[Made]) -> Made:
        """All rows of all parts, in their order."""
        whole = cls()
        for part in parts:
            whole.traces.extend(part.traces)
            whole.trees.extend(part.trees)
            whole.judgements.extend(part.judgements)
            whole.unfinished.extend(part.unfinished)
        return whole


@dataclass(frozen=True)
class Setting:
    """What a method works with."""

    config: GenerateConfig
    size: Callable[[str], tuple[int, int]]
    """Width and height in pixels of a stored image."""
    ask: Callable[[Call], Awaitable[Reply]]
    """The durable reply to a call. One that is not ``is_final`` was not answered: the call failed, or the budget is spent and it was never
    sent. A method makes nothing of it and ends with what it has."""
    traces: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    """Rows of ``traces`` that there are already, by sample id: those that came with the samples, or that an earlier method made."""

    def frames(self, sample: Sample) -> tuple[Frame, ...]:
        """The frame of each image, in the space that the teacher writes."""
        return ViewConfig(space=self.config.space).frames(map(self.size, sample.image_ids))


class GenerationMethod(Protocol):
    """A way to make traces."""

    name: str
    needs_teacher: bool

    async def generate(self, sample: Sample, setting: Setting) -> Made:
        """The sample's traces, and what else came of making them."""
        ...

    def prompt_hashes(self, config: GenerateConfig) -> list[str]:
        """Hashes of the prompt files that decide what is asked."""
        ...
