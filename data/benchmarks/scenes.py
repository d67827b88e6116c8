"""Scenes: the held-out samples of a run, judged by the strict scorer.

The items are rows of ``samples``, drawn or photographed: those of the chosen splits that know their answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from data.benchmarks.benchmark import STRICT, Asking, Grade
from data.benchmarks.grading import strict_grade
from data.conversation import Message, prompt_messages
from data.identity import digest
from data.prompts import prompt as load_prompt
from data.sample import Sample, Task
from data.scoring import is_scorable
from data.space import Frame
from data.trace import Answer

MULTI_IMAGE = "multi_image"
BOX_TASKS = {Task.BOX, Task.BOXES}


@dataclass(frozen=True, slots=True)
class Scenes:
    """A benchmark of the run's own samples under a name."""

    name: str
    protocols: tuple[str, ...] = (STRICT,)

    def items(self, samples: Sequence[Sample], splits: Sequence[str], limit: int | None) -> list[Sample]:
        """The samples of the splits by id, so that a limit takes a fixed random part of them."""
        chosen = [sample for sample in samples if sample.split in splits and is_scorable(sample)]
        return sorted(chosen, key=lambda sample: sample.sample_id)[:limit]

    def prompt(self, sample: Sample, asking: Asking, frames: Sequence[Frame]) -> list[Message]:
        """The same conversation as in training, without the answer."""
        return prompt_messages(sample, asking.prompt, asking.dialect, frames)

    def prompt_hash(self, asking: Asking) -> str:
        """A hash of the student prompt and the dialect's name."""
        return digest(load_prompt(f"student/{asking.prompt}").prompt_hash, asking.dialect)

    def kind(self, sample: Sample) -> str:
        """The task, or ``multi_image`` where a box is sought over several images."""
        return MULTI_IMAGE if sample.task in BOX_TASKS and len(sample.image_ids) > 1 else str(sample.task)

    def grade(self, sample: Sample, answer: Answer | None, frames: Sequence[Frame]) -> Grade:
        """The strict score; an answer that could not be parsed is wrong."""
        return strict_grade(sample, answer, frames)
