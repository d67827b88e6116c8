"""Figures: what a benchmark's predictions come to, by category.

A *category* is ``all``, a kind such as ``point``, or a kind in a difficulty band such as ``point/easy``. Figures are made of rows of
``predictions``, whoever answered them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from data.benchmarks.benchmark import Metric
from data.benchmarks.intervals import Interval, macro_rate, mean, rate
from data.identity import canonical_json

ALL = "all"
Prediction = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a benchmark."""

    category: str
    metric: Metric
    interval: Interval


@dataclass(frozen=True, slots=True)
class Origin:
    """What the figures of one checkpoint on one benchmark share: columns of ``scores``."""

    run_id: str
    checkpoint_id: str | None
    model: str
    benchmark: str
    protocol: str
    mode: str
    settings: dict[str, Any]
    prompt_hash: str
    benchmark_version: str
    verified: bool
    """Whether this run answered every item of the benchmark version itself."""


def figures(predictions: Sequence[Prediction], seed: int = 0) -> list[Figure]:
    """Every figure of one checkpoint's predictions; none where there are no predictions."""
    return list(_figures(predictions, seed)) if predictions else []


def score_rows(predictions: Sequence[Prediction], origin: Origin, seed: int = 0) -> list[dict[str, Any]]:
    """Rows of ``scores``."""
    shared = {name: getattr(origin, name) for name in Origin.__slots__} | {"settings": canonical_json(origin.settings)}
    return [shared | _row(figure) for figure in figures(predictions, seed)]


def _row(figure: Figure) -> dict[str, Any]:
    interval = figure.interval
    value = {"value": interval.value, "ci_low": interval.low, "ci_high": interval.high, "n": interval.n}
    return {"category": figure.category, "metric": str(figure.metric), **value}


def _figures(predictions: Sequence[Prediction], seed: int) -> Iterator[Figure]:
    kinds = _grouped(predictions, lambda row: row["category"])
    hits = [[bool(row["correct"]) for row in rows] for rows in kinds.values()]
    yield Figure(ALL, Metric.MACRO_ACCURACY, macro_rate(hits))
    yield Figure(ALL, Metric.PARSED, rate([row["parse_error"] is None for row in predictions]))
    for kind, rows in kinds.items():
        yield from _of(kind, rows, seed)
        bands = _grouped([row for row in rows if row["difficulty_band"]], lambda row: row["difficulty_band"])
        for band, some in bands.items():
            yield from _of(f"{kind}/{band}", some, seed)


def _of(category: str, rows: Sequence[Prediction], seed: int) -> Iterator[Figure]:
    yield Figure(category, Metric.ACCURACY, rate([bool(row["correct"]) for row in rows]))
    overlaps = [row["iou"] for row in rows if row["iou"] is not None]
    if overlaps:
        yield Figure(category, Metric.MEAN_IOU, mean(overlaps, seed))


def _grouped(rows: Sequence[Prediction], key: Callable[[Prediction], str]) -> dict[str, list[Prediction]]:
    groups: dict[str, list[Prediction]] = {}
    for row in sorted(rows, key=key):
        groups.setdefault(key(row), []).append(row)
    return groups
