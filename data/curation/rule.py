"""Rule: one small filter. It looks at a *candidate* and says whether it passes; its settings are its fields.

A figure that is not known (no known answer, no place named) passes, unless the rule's ``unknown`` says ``drop``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol

from data.config import Section
from data.curation.quality import Quality
from data.sample import Sample
from data.trace import Trace

Unknown = Literal["keep", "drop"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A trace before it is judged. ``trace`` is None where its text could not be read, and ``parse_error`` says why."""

    trace_id: str
    sample: Sample
    trace: Trace | None
    text: str
    parse_error: str | None
    quality: Quality


class Judge(Protocol):
    """A rule at work on one set of traces, in their order; it may remember what it saw."""

    def __call__(self, candidate: Candidate) -> bool:
        """Whether the candidate passes."""


class Rule(Section, ABC):
    """The settings of a rule; ``judge`` starts it."""

    name: ClassVar[str]

    @abstractmethod
    def judge(self) -> Judge:
        """A judge that has seen nothing yet."""


def reaches(figure: float | None, minimum: float, unknown: Unknown) -> bool:
    """Whether a figure is at least the minimum; ``unknown`` decides where there is none."""
    return unknown == "keep" if figure is None else figure >= minimum
