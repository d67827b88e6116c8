"""Solution: lines of Visual-RFT, whose target is a text with what is known, written as the model should write it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from data.benchmarks.protocols.fields import check_target, check_text
from data.benchmarks.protocols.scorer import Line, Output
from data.sample import Sample
from data.space import Frame


class SolutionLines(ABC):
    """What both protocols read of a line."""

    def check(self, line: Line) -> None:
        check_text(line, "prediction")
        check_target(line, "solution")
        check_text(line["target"], "solution")

    def line(self, sample: Sample, said: Output, frames: Sequence[Frame]) -> dict[str, Any]:
        """The target is the published ``solution`` where ``meta`` has one, else written from the answer boxes."""
        published = sample.meta.get("solution")
        known = published if isinstance(published, str) else self.written(sample, frames)
        return {"id": sample.sample_id, "prediction": said.text, "target": {"solution": known}}

    @abstractmethod
    def written(self, sample: Sample, frames: Sequence[Frame]) -> str:
        """The answer boxes as a solution. Raises ``LineError``."""
