"""Rows: judged lines as rows of ``predictions``, refused ones as rows of ``rejects``.

A table's texts are UTF-8: a lone surrogate is written as its escape, ``\\ud800``. ``scores`` has the scores that are finite numbers, and
``detail`` all of them as the line out has them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa

from data.benchmarks.lines.chunk import Refusal
from data.benchmarks.lines.form import written
from data.benchmarks.lines.tally import real
from data.benchmarks.protocols.scorer import Line, Ruling
from data.identity import Kind, entity_id
from data.sources.problem import Reason
from data.tables import arrow

NO_LINE = "no_line"
"""Why a line is a reject that is JSON and yet none for its protocol."""
FIGURED = ("item", "category", "difficulty_band", "correct", "iou", "parse_error")
"""Columns that figures are made of, and what tells items apart."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """What the rows of one run share."""

    run_id: str
    model: str
    benchmark: str
    protocol: str
    mode: str
    settings_hash: str
    source: str
    """What the file is called."""

    def row(self, number: int, line: Line, ruling: Ruling) -> dict[str, Any]:
        """The row of a judged line; why a text is wrong that keeps its form is no error of parsing, and stands in ``detail``."""
        answer, reason = ruling.answer, ruling.reason
        keeps_form = ruling.scores.get("format") == 1
        return {
            "prediction_id": entity_id(Kind.PREDICTION, self.run_id, self.benchmark, self.protocol, self.mode, number),
            **{name: getattr(self, name) for name in ("run_id", "model", "benchmark", "protocol", "mode", "settings_hash")},
            "sample_id": text_of(line.get("sample_id")),
            "item": text_of(str(number if line.get("id") is None else line["id"])),
            "turns": _turns(line.get("turns")),
            "text": text_of(line.get("prediction")) or _joined(line.get("turns")),
            "answer": text_of(answer.text) if answer is not None else None,
            "points": list(map(asdict, answer.points)) if answer is not None else None,
            "boxes": list(map(asdict, answer.boxes)) if answer is not None else None,
            "parse_error": None if keeps_form else text_of(reason),
            "correct": ruling.verdict.correct,
            "iou": real(ruling.verdict.iou) if ruling.verdict.iou is not None else None,
            "scores": list(numbers(ruling.scores).items()),
            "detail": written(ruling.scores | {"reason": reason} if keeps_form and reason else ruling.scores).decode(),
            "category": text_of(line.get("category")) or _task(line),
            "difficulty_band": text_of(line.get("difficulty_band")),
        }

    def table(self, rows: Sequence[dict[str, Any]]) -> pa.Table:
        """Rows of ``predictions``."""
        return arrow("predictions", list(rows))

    def reject(self, refusal: Refusal) -> dict[str, Any]:
        """The row of a refused line."""
        reason = NO_LINE if refusal.is_json else str(Reason.BAD_JSON)
        locator = f"{self.source}:{refusal.number}"
        return {"run_id": self.run_id, "source": self.source, "locator": locator, "reason": reason, "detail": text_of(refusal.error)}


def figured(predictions: Sequence[pa.Table]) -> list[dict[str, Any]]:
    """What figures need to know of rows."""
    return [row for part in predictions for row in part.to_pylist()]


def numbers(scores: Mapping[str, Any]) -> dict[str, float]:
    """The scores that are finite numbers."""
    found = {name: real(value) for name, value in scores.items() if isinstance(value, int | float)}
    return {name: value for name, value in found.items() if value is not None}


def text_of(value: Any) -> str | None:
    """A text as a table holds it; None of what is no text."""
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else None


def _task(line: Line) -> str | None:
    """What some protocols group by: the task of a line's target."""
    target = line.get("target")
    return text_of(target.get("task")) if isinstance(target, Mapping) else None


def _turns(turns: Any) -> list[dict[str, Any]] | None:
    if not isinstance(turns, list):
        return None
    found = [turn for turn in turns if isinstance(turn, Mapping)]
    return [{"role": text_of(turn.get("role")), "text": text_of(turn.get("content"))} for turn in found]


def _joined(turns: Any) -> str | None:
    said = [turn["text"] for turn in _turns(turns) or () if turn["role"] == "assistant" and turn["text"] is not None]
    return "\n".join(said) if said else None
