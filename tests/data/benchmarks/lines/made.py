"""A protocol for tests: the sum of the numbers in a text, which raises on a text without any."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from data.benchmarks.protocols import Line, LineError, Output, Scores, Verdict
from data.sample import Sample
from data.space import Frame


class Sums:
    name = "sums"
    source = "made for tests"
    fields: Mapping[str, str] = {"prediction": "text", "known": "optional: a number"}

    @property
    def blank(self) -> Scores:
        return {"sum": 0, "said": None}

    def check(self, line: Line) -> None:
        if not isinstance(line.get("prediction"), str):
            raise LineError(f"prediction should be a text, not {line.get('prediction')!r}")

    def score(self, line: Line) -> Scores:
        said = [float(number) for number in re.findall(r"-?\d+", line["prediction"])]
        if not said:
            raise ZeroDivisionError("no numbers")
        return {"sum": sum(said), "said": list(said)}

    def verdict(self, scores: Scores) -> Verdict:
        return Verdict(scores["sum"] != 0, None)

    def line(self, sample: Sample, said: Output, frames: Sequence[Frame]) -> dict[str, Any]:
        return {"prediction": said.text}


def lines(count: int) -> bytes:
    """So many lines; each third has no number, and each seventh is none."""
    said = ({"id": f"n{n}", "prediction": "no" if n % 3 == 0 else f"{n} and 1"} for n in range(count))
    return b"".join(b"broken\n" if n % 7 == 6 else json.dumps(line).encode() + b"\n" for n, line in enumerate(said))
