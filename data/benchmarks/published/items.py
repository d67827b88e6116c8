"""Items: what makes a benchmark's problem one that counts, and records whose part is known only when they are read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from data.benchmarks.published.material import Material, Record, Records
from data.sources.problem import Problem, Reject


def item(problem: Problem, part: str, record: object = None, **meta: Any) -> Problem:
    """The problem as one that counts even where another record asks the same; ``meta`` says of which record and part it is.

    ``record`` is what the data set itself calls the record; without it, the place in its file.
    """
    named = {"record": problem.locator if record is None else record, "part": part}
    return replace(problem, meta={**problem.meta, **named, **meta}, occurrence=problem.locator)


def sorted_out(material: Material, records: Records, parts: Iterable[str], part_of: Callable[[Record], str]) -> Records:
    """The records of the recipe's ``subset``, or of all parts, counted, at most the recipe's limit of each part. Raises ``SourceError``."""
    material.chosen(parts)
    wanted, limit = material.config.subset, material.config.limit
    for record in records:
        if isinstance(record, Reject):
            yield record
            continue
        part = part_of(record[1])
        if wanted in (None, part) and (limit is None or material.read[part] < limit):
            material.read[part] += 1
            yield record
