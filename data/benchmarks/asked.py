"""Asked: what benchmarks share when they are asked: which samples are theirs, how, and how the strict scorer judges.

A benchmark is a class with a ``name`` on top of this base, and with a ``card`` and ``read`` where others have published it; what it does
otherwise it overrides.
"""

from __future__ import annotations

from abc import ABC
from collections.abc import Sequence

from data.benchmarks.benchmark import STRICT, Asking, Grade
from data.benchmarks.grading import strict_grade
from data.conversation import Message, prompt_messages
from data.identity import digest
from data.prompts import prompt as load_prompt
from data.sample import Sample
from data.scoring import is_scorable
from data.space import Frame
from data.trace import Answer


class AskedBenchmark(ABC):
    """The samples whose ``dataset`` is its name, asked by the student's prompt and judged strictly, reported by ``category``."""

    name: str
    protocols: tuple[str, ...] = (STRICT,)
    """The ways of judging it has, its default first; all but ``strict`` are names of ``data.benchmarks.protocols``."""

    def items(self, samples: Sequence[Sample], splits: Sequence[str], limit: int | None) -> list[Sample]:
        """Its samples of the splits by id, so that a limit takes a fixed random part of them."""
        chosen = [one for one in samples if self.owns(one) and one.split in splits and is_scorable(one)]
        return sorted(chosen, key=lambda sample: sample.sample_id)[:limit]

    def owns(self, sample: Sample) -> bool:
        """Whether a sample is one of its own: its ``dataset`` says so."""
        return sample.dataset == self.name

    def prompt(self, sample: Sample, asking: Asking, frames: Sequence[Frame]) -> list[Message]:
        """The conversation that ends where the model should answer."""
        return prompt_messages(sample, asking.prompt, asking.dialect, frames)

    def prompt_hash(self, asking: Asking) -> str:
        """A hash of the student prompt and the dialect's name."""
        return digest(load_prompt(f"student/{asking.prompt}").prompt_hash, asking.dialect)

    def kind(self, sample: Sample) -> str:
        """The sample's category, or its task where it has none."""
        return sample.category or str(sample.task)

    def grade(self, sample: Sample, answer: Answer | None, frames: Sequence[Frame]) -> Grade:
        """The strict score; an answer that could not be parsed is wrong. Compat protocols judge texts (``data.benchmarks.protocols``)."""
        return strict_grade(sample, answer, frames)
