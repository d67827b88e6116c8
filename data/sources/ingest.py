"""Ingest: all sources of a recipe become rows of ``images``, ``samples``, ``rejects`` and, from chains, ``traces``."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from data.rows import sample_to_row
from data.sample import Sample
from data.sources.columns import read_parquet
from data.sources.config import (
    FolderConfig,
    HubConfig,
    IngestConfig,
    ParquetConfig,
    PublishedConfig,
    ScenesConfig,
    SourceConfig,
    TracesConfig,
    YoloConfig,
)
from data.sources.folder import read_folder
from data.sources.hub import read_hub
from data.sources.problem import Problem, Reason, Reject, SourceImage, same_problem_key
from data.sources.published import PublishedSource, brings_chains, read_published
from data.sources.scenes import read_scenes
from data.sources.traces import imported_row, read_traces
from data.sources.yolo import read_yolo

ROWS_PER_BATCH = 256
BYTES_PER_BATCH = 32 * 2**20
"""Of images, before a batch is handed on."""


class RowSink(Protocol):
    """What takes rows: a draft of the store."""

    def add(self, table_name: str, rows: list[dict[str, Any]]) -> None:
        """Add rows of a table."""


@dataclass(slots=True)
class Counts:
    """What came in."""

    images: int = 0
    samples: int = 0
    traces: int = 0
    rejects: Counter[str] = field(default_factory=Counter)
    """By reason."""
    sources: Counter[str] = field(default_factory=Counter)
    """Samples by source."""
    notes: list[str] = field(default_factory=list)
    """A sentence for each published data set: what was read of it beside what was published."""


@dataclass(slots=True)
class Known:
    """A problem that was taken: where, under which id, and the texts of its chains."""

    locator: str
    sample_id: str
    dataset: str
    chains: list[str] = field(default_factory=list)
    occurrences: set[str | None] = field(default_factory=set)

    def allows(self, problem: Problem) -> bool:
        """Whether the same problem is taken once more: where its own data set asks it again."""
        return problem.dataset == self.dataset and problem.occurrence is not None and problem.occurrence not in self.occurrences


@dataclass(slots=True)
class Intake:
    """Rows on their way to the draft, and what was seen before."""

    draft: RowSink
    run_id: str
    counts: Counts = field(default_factory=Counts)
    _waiting: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    _waiting_bytes: int = 0
    _images: set[str] = field(default_factory=set)
    _problems: dict[str, Known] = field(default_factory=dict)
    """By what makes problems the same."""
    _rejected: Counter[str] = field(default_factory=Counter)
    """By locator."""

    def take(self, source: str, item: Problem | Reject) -> None:
        """Keep a problem, or a reject with its reason; a problem that was kept already is a reject, unless it brings another chain."""
        if isinstance(item, Reject):
            self._reject(source, item)
            return
        sample = item.sample()
        key = same_problem_key(sample)
        known = self._problems.setdefault(key, Known(item.locator, sample.sample_id, item.dataset))
        is_new = not known.occurrences or known.allows(item)
        if is_new:
            known.occurrences.add(item.occurrence)
            self._keep(source, item, sample)
        chains = [chain for chain in item.chains if chain.text not in known.chains]
        for chain in chains:
            self._put("traces", imported_row(chain, known.sample_id, len(known.chains)))
            known.chains.append(chain.text)
        self.counts.traces += len(chains)
        if not (is_new or chains):
            self._reject(source, Reject(item.locator, Reason.DUPLICATE, f"the same problem as {known.locator}"))

    def _keep(self, source: str, item: Problem, sample: Sample) -> None:
        for image in item.images:
            self._image(image)
        self._put("samples", sample_to_row(sample))
        self.counts.samples += 1
        self.counts.sources[source] += 1

    def flush(self) -> None:
        """Hand on what waits."""
        for table_name, rows in self._waiting.items():
            self.draft.add(table_name, rows)
        self._waiting, self._waiting_bytes = {}, 0

    def _image(self, image: SourceImage) -> None:
        if image.image_id in self._images:
            return
        self._images.add(image.image_id)
        self.counts.images += 1
        self._waiting_bytes += len(image.stored)
        row = {"image_id": image.image_id, "bytes": image.stored, "path": image.path, "format": image.format}
        self._put("images", row | {"width": image.width, "height": image.height})

    def _reject(self, source: str, reject: Reject) -> None:
        """Write a reject; where its row was rejected before, for something else, the locator counts on, so that neither row is lost."""
        self.counts.rejects[reject.reason] += 1
        self._rejected[reject.locator] += 1
        times = self._rejected[reject.locator]
        locator = reject.locator if times == 1 else f"{reject.locator} ({times})"
        row = {"run_id": self.run_id, "locator": locator, "source": source}
        self._put("rejects", row | {"reason": str(reject.reason), "detail": reject.detail})

    def _put(self, table_name: str, row: dict[str, Any]) -> None:
        self._waiting.setdefault(table_name, []).append(row)
        if len(self._waiting[table_name]) >= ROWS_PER_BATCH or self._waiting_bytes >= BYTES_PER_BATCH:
            self.flush()


def ingest(config: IngestConfig, run_id: str, draft: RowSink, on_row: Callable[[Counts], None] | None = None) -> Counts:
    """Read every source into the draft; ``on_row`` sees the counts after each row. Raises ``SourceError`` on a source that is none."""
    for table_name in output_tables(config):
        draft.add(table_name, [])
    intake = Intake(draft, run_id)
    for number, source in enumerate(config.sources):
        prefix = f"sources[{number}]/" if len(config.sources) > 1 else ""
        items = read_source(source, config.max_image_pixels)
        for item in items:
            intake.take(source_name(source), _prefixed(item, prefix))
            if on_row is not None:
                on_row(intake.counts)
        if isinstance(items, PublishedSource):
            intake.counts.notes.append(prefix + items.note)
    intake.flush()
    return intake.counts


def output_tables(config: IngestConfig) -> tuple[str, ...]:
    """The tables that an ingest publishes; ``traces`` only where a source brings chains."""
    has_traces = any(
        isinstance(source, TracesConfig) or (isinstance(source, PublishedConfig) and brings_chains(source)) for source in config.sources
    )
    return ("images", "samples", "rejects", *(("traces",) if has_traces else ()))


def read_source(config: SourceConfig, max_pixels: int) -> Iterator[Problem | Reject] | PublishedSource:
    """The problems and rejects of one source, one after another. Raises ``SourceError``."""
    if isinstance(config, ScenesConfig):
        return iter(read_scenes(config))
    if isinstance(config, FolderConfig):
        return read_folder(config, max_pixels)
    if isinstance(config, YoloConfig):
        return read_yolo(config, max_pixels)
    if isinstance(config, ParquetConfig):
        return read_parquet(config, max_pixels)
    if isinstance(config, HubConfig):
        return read_hub(config, max_pixels)
    if isinstance(config, PublishedConfig):
        return read_published(config, max_pixels)
    return read_traces(config, max_pixels)


def source_name(config: SourceConfig) -> str:
    """What the column ``source`` of a reject says, for example ``folder samples``."""
    if isinstance(config, ScenesConfig):
        return f"{config.kind} {config.seed}"
    if isinstance(config, PublishedConfig):
        return f"{config.kind} {config.name}"
    return f"{config.kind} {config.repository if isinstance(config, HubConfig) else config.path}"


def _prefixed(item: Problem | Reject, prefix: str) -> Problem | Reject:
    return dataclasses.replace(item, locator=prefix + item.locator) if prefix else item
