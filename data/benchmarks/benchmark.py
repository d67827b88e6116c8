"""Benchmark: problems with a way to ask and a way to judge.

An *item* is a sample that is asked. A *protocol* is one exact way of judging; ``strict`` is Fovea's own. A *kind* is what scores are
reported by: a category of the benchmark's own, or the task. The next benchmark is one module with a class that has these members, and its
line in ``data.benchmarks.registry``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from data.conversation import Message
from data.sample import Sample
from data.space import Frame
from data.trace import Answer

STRICT = "strict"
SAID_YES, IS_YES = "said_yes", "is_yes"
"""Scores of an item that asks for yes or no: whether yes is said, and whether it is right."""
EVIDENCE_IOU = "evidence_iou"
"""Score of an item whose boxes are known, where boxes are asked for on the way: the column ``evidence_iou``, 0 where no box was named."""


class Metric(StrEnum):
    """What a figure measures."""

    ACCURACY = "accuracy"
    """Share of items answered rightly: the point in an answer box, the box at IoU 0.5 or more, the choice itself. Of all items, micro."""
    PRECISION = "precision"
    """Of a yes or no benchmark: the share of answers yes that are right."""
    RECALL = "recall"
    """The share of items whose answer is yes that are answered so."""
    F1 = "f1"
    """The harmonic mean of precision and recall; 0 where no yes is right."""
    MACRO_F1 = "macro_f1"
    """The mean of the kinds' F1."""
    YES_RATIO = "yes_ratio"
    """The share of items answered yes."""
    MEAN_IOU = "mean_iou"
    """The mean overlap by the protocol: strictly the IoU of box items, where an unparsable answer counts 0; by published rules theirs."""
    EVIDENCE_IOU = EVIDENCE_IOU
    """Mean of how well the boxes that were named cover what is known, in a dialect that writes boxes into thoughts; no box counts 0."""
    MACRO_ACCURACY = "macro_accuracy"
    """The mean of the kinds' accuracies, so that no kind counts more for having more items."""
    PARSED = "parsed"
    """Share of answers in the form that was asked for; strictly alone, as published rules judge any text."""


@dataclass(frozen=True, slots=True)
class Asking:
    """How a student is asked: its prompt and dialect by name."""

    prompt: str
    dialect: str


@dataclass(frozen=True, slots=True)
class Grade:
    """What one answer is worth: right or wrong, its IoU where boxes are asked for, and further named scores."""

    correct: bool
    iou: float | None
    scores: dict[str, float]
    reason: str | None = None
    """Why it is wrong, where the benchmark says."""


class Benchmark(Protocol):
    """What a benchmark provides."""

    @property
    def name(self) -> str:
        """What it is called in recipes and tables."""

    @property
    def protocols(self) -> tuple[str, ...]:
        """The ways of judging it has, its default first."""

    def items(self, samples: Sequence[Sample], splits: Sequence[str], limit: int | None) -> list[Sample]:
        """The samples to ask, in a fixed order."""

    def prompt(self, sample: Sample, asking: Asking, frames: Sequence[Frame]) -> list[Message]:
        """The conversation that ends where the model should answer."""

    def prompt_hash(self, asking: Asking) -> str:
        """A hash of every prompt text that ``prompt`` uses."""

    def kind(self, sample: Sample) -> str:
        """What the sample's score is reported under."""

    def grade(self, sample: Sample, answer: Answer | None, frames: Sequence[Frame]) -> Grade:
        """Judge one answer strictly; None is one that could not be parsed. Compat protocols judge texts (``data.benchmarks.protocols``)."""
