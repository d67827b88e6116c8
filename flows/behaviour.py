"""Behaviour: what ``fovea behaviour`` says: the means of each group of chains."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from data.benchmarks.benchmark import Metric
from data.benchmarks.intervals import Interval, mean, rate
from data.benchmarks.sides import Wanted
from data.scoring.behaviour import BEHAVIOUR, Measure
from data.store import Store, StoreError
from tasks.behaviour.chains import Reading
from tasks.behaviour.counted import Noted, note_behaviour
from tasks.behaviour.subjects import Found, Group, find_subjects

HEADS = ["recipe", "model", "way", "measure", "mean", "low", "high", "n", "not known"]
Line = tuple[Any, ...]


@dataclass(frozen=True)
class Told:
    """The chains, and what is known of them."""

    found: Found
    noted: Noted


def note(store: Store, reference: str, settings: dict[str, Any], wanted: Wanted, *, of_traces: bool) -> Told:
    """Counts what the chains do that a reference names. Raises ``StoreError``."""
    try:
        reading = Reading.model_validate({name: value for name, value in settings.items() if value is not None})
    except ValidationError as error:
        raise StoreError("; ".join(f"{one['loc'][0]}: {one['msg'].removeprefix('Value error, ')}" for one in error.errors())) from error
    found = find_subjects(store, reference, wanted, of_traces=of_traces)
    return Told(found, note_behaviour(store, found, reading))


def lines(store: Store, told: Told, seed: int = 0) -> list[Line]:
    """A line for each group and measure, in the order of ``HEADS``; of predictions also how many are right."""
    values = {(row["subject_id"], row["name"]): row["value"] for row in store.read(told.noted.version).to_pylist()}
    by_group: dict[Group, list[Any]] = defaultdict(list)
    for subject in told.found.subjects:
        by_group[subject.group].append(subject)
    found: list[Line] = []
    for group, subjects in by_group.items():
        for measure in Measure:
            each = [values.get((subject.subject_id, f"{BEHAVIOUR}{measure}")) for subject in subjects]
            known = [value for value in each if value is not None]
            found.append(_line(group, measure, mean(known, seed) if known else None, len(each) - len(known)))
        hits = [subject.correct for subject in subjects if subject.correct is not None]
        if hits:
            found.append(_line(group, Metric.ACCURACY, rate(hits), len(subjects) - len(hits)))
    return found


def sentences(told: Told) -> Iterator[str]:
    """Where the rows are."""
    noted = told.noted
    was = "now" if noted.is_new else "before"
    yield f"{noted.version.rows} rows of judgements, written {was}: {noted.version.version_id}"


def _line(group: Group, name: str, figure: Interval | None, unknown: int) -> Line:
    shown = (figure.value, figure.low, figure.high, figure.n) if figure else (None, None, None, 0)
    return (group.recipe, group.model, group.way, str(name), *shown, unknown)
