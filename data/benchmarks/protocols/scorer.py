"""Scorer: one *protocol*, an exact way of judging what a model wrote.

A *line* is one thing to judge, an object of JSONL: what was said (``prediction``, or ``turns``), what is known (``target``), and what else
the protocol names. *Scores* are what the protocol puts out, by name. A compat protocol gives for any text the values that published code
gives, quirks included; where that code raises, so does ``score``, with an exception of the same name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from data.sample import Sample
from data.space import Frame
from data.trace import Answer

RAISED = (ArithmeticError, AttributeError, LookupError, MemoryError, NameError, RecursionError, SyntaxError, TypeError, ValueError)
"""What Python that reads a text can raise."""
Line = Mapping[str, Any]
Value = float | int | str | list[Any] | None
Scores = dict[str, Value]


class LineError(ValueError):
    """A line that is none for the protocol: a field is missing, or is not what it should be; the text names both sides."""


class Reasoned(dict[str, Value]):
    """Scores of a protocol that says itself why they are what they are, and which answer it read."""

    def __init__(self, scores: Scores, reason: str | None = None, answer: Answer | None = None) -> None:
        super().__init__(scores)
        self.reason = reason
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Output:
    """What a model said to one item."""

    text: str
    """All of it, observations included, as ``predictions.text`` has it."""
    turns: tuple[Mapping[str, Any], ...] = ()
    """Each ``{"role", "content"}``, of a conversation with looks."""
    prompt: str = ""
    """What it was asked, for protocols that read it too."""


class Verdict(NamedTuple):
    """What scores come to in the columns of ``predictions``."""

    correct: bool
    iou: float | None = None
    """Of protocols that have one."""


class Ruling(NamedTuple):
    """What a protocol makes of a line."""

    scores: Scores
    reason: str | None = None
    """The name of the exception that the published code raises on it, or why a strict score is what it is; None else."""
    verdict: Verdict = Verdict(correct=False)
    answer: Answer | None = None
    """What was read, in pixels of the stored images, where the protocol tells."""


class Scorer(Protocol):
    """What a protocol provides."""

    @property
    def name(self) -> str:
        """What it is called on the command line and in tables, for example ``mig-bench-univg``."""

    @property
    def source(self) -> str:
        """Repository, revision and file of the published code; ``fovea`` for Fovea's own."""

    @property
    def fields(self) -> Mapping[str, str]:
        """What of a line it reads and what that is, a few words each; of what lies inside another field, as in ``target.answer``.

        Words that begin with ``optional`` say that a line may lack it. ``id`` belongs to every line and is left out.
        """

    @property
    def blank(self) -> Scores:
        """The scores of a line on which the published code raises: 0 for each number, None for each text or list."""

    def check(self, line: Line) -> None:
        """Raise ``LineError`` unless the line has what ``score`` reads. What a model wrote is never at fault."""

    def score(self, line: Line) -> Scores:
        """The scores of a line that ``check`` let pass. Raises what the published code raises."""

    def verdict(self, scores: Scores) -> Verdict:
        """What scores come to."""

    def line(self, sample: Sample, said: Output, frames: Sequence[Frame]) -> dict[str, Any]:
        """The line of one benchmark item, its target in the numbers of the published record. Raises ``LineError``.

        ``sample.meta`` has the fields of the published record that pixels cannot give back to the last digit; where it has none, the
        target is made of the sample's boxes and points.
        """


def rule(scorer: Scorer, line: Line) -> Ruling:
    """Judge a line that ``check`` let pass; raises nothing, whatever the model wrote."""
    try:
        scores = scorer.score(line)
    except RAISED as error:
        return Ruling(dict(scorer.blank), type(error).__name__, scorer.verdict(scorer.blank))
    if isinstance(scores, Reasoned):
        return Ruling(dict(scores), scores.reason, scorer.verdict(scores), scores.answer)
    return Ruling(scores, None, scorer.verdict(scores))
