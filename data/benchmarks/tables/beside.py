"""Beside: a new score next to those that were published.

A difference is worked out only where both figures are of the same thing: benchmark, edition, part, metric and protocol, and of as many
items; where a paper does not say of how many, only a *verified* figure, one of every item, has a difference from it. Where they are not,
there is a *reason* in place of a difference, and it names both sides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from data.benchmarks.tables.printed import PublishedScore, published_scores


@dataclass(frozen=True, slots=True)
class NewScore:
    """A figure of one's own, as a row of ``scores`` has it."""

    model: str
    benchmark: str
    protocol: str
    category: str
    metric: str
    value: float
    ci_low: float | None = None
    ci_high: float | None = None
    n: int | None = None
    edition: str | None = None
    """Which edition of the benchmark was asked, in the words of the published tables; None where that is not said."""
    mode: str | None = None
    verified: bool = False
    """Whether every item of the benchmark was answered (``scores.verified``)."""

    @classmethod
    def from_row(cls, row: Mapping[str, Any], edition: str | None = None) -> NewScore:
        """The figure of a row of ``scores``. Its ``benchmark_version`` names rows of a store, which no paper knows."""
        names = ("model", "benchmark", "protocol", "category", "metric", "value", "ci_low", "ci_high", "n", "mode")
        known: dict[str, Any] = {name: row.get(name) for name in names}
        return cls(**known, edition=edition, verified=bool(row.get("verified")))


@dataclass(frozen=True, slots=True)
class Beside:
    """A published figure next to a new one."""

    new: NewScore
    published: PublishedScore
    difference: float | None
    """New less published; None where they are not of the same thing."""
    reason: str | None
    """Why there is no difference."""


def beside(new: NewScore, published: Iterable[PublishedScore] | None = None) -> list[Beside]:
    """Every published figure of the new one's benchmark and part: those it can be compared with first, each group by value."""
    given = published_scores() if published is None else published
    near = [score for score in given if (score.benchmark, score.part) == (new.benchmark, new.category)]
    found = [_beside(new, score) for score in near]
    return sorted(found, key=lambda one: (one.reason is not None, -one.published.value))


def _beside(new: NewScore, published: PublishedScore) -> Beside:
    reasons = list(_differences(new, published))
    return Beside(new, published, None if reasons else new.value - published.value, "; ".join(reasons) or None)


def _differences(new: NewScore, published: PublishedScore) -> Iterator[str]:
    pairs = (
        ("benchmark", new.benchmark, published.benchmark),
        ("part", new.category, published.part),
        ("protocol", new.protocol, published.protocol),
        ("metric", new.metric, published.metric),
    )
    for what, own, other in pairs:
        if own != other:
            yield f"the {what} is {own} here and {other} there"
    if published.version is not None and new.edition != published.version:
        yield f"the benchmark's edition is {new.edition or 'not said'} here and {published.version} there"
    elif new.edition is not None and published.version is None:
        yield f"the benchmark's edition is {new.edition} here and not said there"
    own_n = "an unknown number of" if new.n is None else new.n
    if published.n is None and not new.verified:
        yield f"it is of {own_n} items here, which are not known to be all, and of an unknown number there"
    elif published.n is not None and new.n != published.n:
        yield f"it is of {own_n} items here and of {published.n} there"
