"""Published: a data set that others have published, read in the form it was published in.

A *record* is one entry of its files. A record that cannot be taken is a reject; one that is taken is a problem whose ``meta`` keeps the
fields of the record that published scorers read, as they stand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from data.benchmarks.published.material import Material
from data.sources.problem import Problem, Reject


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What is known of a published data set before it is read; a row of ``docs/benchmarks.md``."""

    title: str
    """What papers call it, for example ``MIG-Bench``."""
    form: str
    """What its files are, for example ``a JSON list beside a folder of images``."""
    space: str
    """What its coordinates are: pixel, resized, thousandth, unit; ``none`` where it has none."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """Published number of records by part; ``all`` where it has no parts; empty where no number was published."""
    metrics: tuple[str, ...] = ()
    """What is reported of it, for example ``accuracy at IoU 0.5, macro over ten tasks``."""
    files: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Names or globs of the file of each part, the first that is there; empty where that cannot be said before it is read."""
    images: int = 1
    """How many images a record has at most, for plans."""
    is_versioned: bool = False
    """Whether its parts are versions of one another, of which one is read: the first, unless the recipe says another."""
    has_chains: bool = False
    """Whether its records bring chains of thought, which become rows of ``traces``."""
    schema: str
    """Where its schema was read: repository, revision and file, or an address."""
    is_verified: bool
    """Whether the schema was read there, in real records or in the code that reads them, and not guessed from a description."""
    repository: str | None = None
    """Its id on the Hugging Face hub, where it has one."""
    licence: str | None = None


class Published(Protocol):
    """What every published data set provides, benchmark or training set."""

    @property
    def name(self) -> str:
        """What it is called in recipes and tables, for example ``mig_bench``."""

    @property
    def card(self) -> Card:
        """What is known of it."""

    def read(self, material: Material) -> Iterator[Problem | Reject]:
        """Its problems and rejects in the order of its files. Raises ``SourceError`` that says exactly what is missing, and where."""
