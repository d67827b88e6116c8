"""Published values of the compat protocols, from the examples beside the repository."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from data.benchmarks.protocols import get_protocol, rule

FOLDER = Path(__file__).resolve().parents[5] / "shared" / "methods" / "protocol_examples"
TOLERANCE = 1e-9


def examples(file: str) -> list[dict[str, Any]]:
    """The rows of one file; skips the test, saying so, where the examples are absent."""
    path = FOLDER / f"{file}.jsonl"
    if not path.exists():
        pytest.skip(f"there are no examples at {path}")
    return [json.loads(line) for line in path.read_text().splitlines()]


def differences(protocol: str, file: str) -> list[str]:
    """Each score of an example that is not what was published, but for flags at the edge of their threshold."""
    return [found for row in examples(file) for found in _differences(protocol, row)]


def _differences(protocol: str, row: dict[str, Any]) -> list[str]:
    scorer, expected = get_protocol(protocol), row["expected"]
    line = {name: value for name, value in row.items() if name not in {"expected", "case"}}
    scorer.check(line)
    ruling = rule(scorer, line)
    if "raises" in expected:
        return [] if ruling.reason == expected["raises"] else [f"{row['id']}: {ruling.reason} for {expected}"]
    assert list(ruling.scores) == list(expected)
    edges = row.get("float_sensitive", [])
    return [
        f"{row['id']}: {name} {ruling.scores[name]} for {value}"
        for name, value in expected.items()
        if name not in edges and not is_close(ruling.scores[name], value)
    ]


def is_close(given: Any, published: Any) -> bool:
    """Whether both are the same, floats to the tolerance, whatever lists they stand in."""
    if isinstance(published, list):
        return isinstance(given, list) and len(given) == len(published) and all(map(is_close, given, published))
    if isinstance(published, float):
        return isinstance(given, float) and math.isclose(given, published, rel_tol=0.0, abs_tol=TOLERANCE)
    return type(given) is type(published) and bool(given == published)
