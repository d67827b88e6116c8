"""Figures: what a benchmark's predictions come to, by category.

A *category* is ``all``, a kind such as ``point``, or a kind in a difficulty band such as ``point/easy``. Figures are made of rows of
``predictions``, whoever answered them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from data.benchmarks.benchmark import EVIDENCE_IOU, IS_YES, SAID_YES, STRICT, Metric
from data.benchmarks.intervals import Interval, f1, macro, macro_rate, mean, rate
from data.identity import canonical_json

ALL = "all"
UNSORTED = "uncategorised"
"""Items that have no category, where others have one."""
ALL_THEIR_OWN = "category all"
"""A category that is called ``all``, where there are others."""
Prediction = Mapping[str, Any]
Item = TypeVar("Item")


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
    """Whether this run answered every item of the benchmark version itself, and nothing of how its records are read was guessed."""


def figures(predictions: Sequence[Prediction], seed: int = 0) -> list[Figure]:
    """Every figure of one checkpoint's predictions; none where there are no predictions."""
    return list(_figures(predictions, seed)) if predictions else []


def by_kind(items: Sequence[Item], category: Callable[[Item], str | None]) -> dict[str, list[Item]]:
    """Items by what their categories are called beside ``all``; by that alone where there is but one, without a name or called so."""
    kinds = _grouped(items, lambda item: category(item) or "")
    if len(kinds) == 1:
        return {name or ALL: some for name, some in kinds.items()}
    return {{"": UNSORTED, ALL: ALL_THEIR_OWN}.get(name, name): some for name, some in kinds.items()}


def score_rows(predictions: Sequence[Prediction], origin: Origin, seed: int = 0) -> list[dict[str, Any]]:
    """Rows of ``scores``. What share was parsed only the strict protocol says: others judge any text."""
    shared = {name: getattr(origin, name) for name in Origin.__slots__} | {"settings": canonical_json(origin.settings)}
    found = figures(predictions, seed)
    return [shared | _row(figure) for figure in found if figure.metric is not Metric.PARSED or origin.protocol == STRICT]


def _row(figure: Figure) -> dict[str, Any]:
    interval = figure.interval
    value = {"value": interval.value, "ci_low": interval.low, "ci_high": interval.high, "n": interval.n}
    return {"category": figure.category, "metric": str(figure.metric), **value}


def _figures(predictions: Sequence[Prediction], seed: int) -> Iterator[Figure]:
    kinds = by_kind(predictions, lambda row: row["category"])
    hits = [[bool(row["correct"]) for row in rows] for rows in kinds.values()]
    yield Figure(ALL, Metric.MACRO_ACCURACY, macro_rate(hits))
    yield Figure(ALL, Metric.PARSED, rate([row["parse_error"] is None for row in predictions]))
    yield from _of(ALL, predictions, seed)
    answers = [found for rows in kinds.values() if (found := _yes(rows)) is not None]
    if len(answers) == len(kinds):
        yield Figure(ALL, Metric.MACRO_F1, macro([f1(said, known, seed) for said, known in answers]))
    for kind, rows in kinds.items():
        if kind != ALL:
            yield from _of(kind, rows, seed)
        bands = _grouped([row for row in rows if row["difficulty_band"]], lambda row: row["difficulty_band"])
        for band, some in bands.items():
            yield from _of(f"{kind}/{band}", some, seed)


def _of(category: str, rows: Sequence[Prediction], seed: int) -> Iterator[Figure]:
    yield Figure(category, Metric.ACCURACY, rate([bool(row["correct"]) for row in rows]))
    yield from _of_yes(category, rows, seed)
    overlaps = [row["iou"] for row in rows if row["iou"] is not None]
    if overlaps:
        yield Figure(category, Metric.MEAN_IOU, mean(overlaps, seed))
    yield from _of_evidence(category, rows, seed)


def _of_evidence(category: str, rows: Sequence[Prediction], seed: int) -> Iterator[Figure]:
    """What is said of the items whose boxes are known, where boxes are asked for on the way."""
    covered = [scores[EVIDENCE_IOU] for scores in map(_scores, rows) if EVIDENCE_IOU in scores]
    if covered:
        yield Figure(category, Metric.EVIDENCE_IOU, mean(covered, seed))


def _of_yes(category: str, rows: Sequence[Prediction], seed: int) -> Iterator[Figure]:
    """What is said of yes, where every item asks for yes or no; a share of nothing has no figure."""
    answers = _yes(rows)
    if answers is None:
        return
    said, known = answers
    yield Figure(category, Metric.YES_RATIO, rate(said))
    yield Figure(category, Metric.F1, f1(said, known, seed))
    if any(said):
        yield Figure(category, Metric.PRECISION, rate([is_yes for says, is_yes in zip(said, known, strict=True) if says]))
    if any(known):
        yield Figure(category, Metric.RECALL, rate([says for says, is_yes in zip(said, known, strict=True) if is_yes]))


def _yes(rows: Sequence[Prediction]) -> tuple[list[bool], list[bool]] | None:
    """Of each item whether yes is said, and whether it is right; None where an item asks for something else."""
    scores = list(map(_scores, rows))
    if not all(SAID_YES in one and IS_YES in one for one in scores):
        return None
    return [one[SAID_YES] > 0 for one in scores], [one[IS_YES] > 0 for one in scores]


def _scores(row: Prediction) -> dict[str, float]:
    return dict(row.get("scores") or ())


def _grouped(items: Sequence[Item], key: Callable[[Item], str]) -> dict[str, list[Item]]:
    groups: dict[str, list[Item]] = {}
    for item in sorted(items, key=key):
        groups.setdefault(key(item), []).append(item)
    return groups
