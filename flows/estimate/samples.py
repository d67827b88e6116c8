"""Samples: how many a recipe's sources bring, before they are read."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from data.sources.config import IngestConfig, PublishedConfig, ScenesConfig, SourceConfig, TracesConfig
from data.sources.presence import count_rows
from data.sources.published import brings_chains, images_of, name_of
from data.sources.scenes import DATASET, NUMBERS


@dataclass(frozen=True, slots=True)
class Counted:
    """A number of samples; each row may become a reject."""

    most: int | None
    """None where no source knows."""
    known_by: str
    """``as set``, ``counted``, ``published``, ``expected`` or that nobody knows; of several sources the least sure."""


SURENESS = ("as set", "counted", "published", "expected", "not known before ingest")


def count_samples(config: IngestConfig, splits: Collection[str] | None = None, datasets: Collection[str] | None = None) -> Counted:
    """The samples of those splits and data sets; None takes all."""
    taken = [source for source in config.sources if is_taken(source, splits, datasets)]
    counts = [count_rows(source) for source in taken]
    known_by = max((count.known_by for count in counts), key=SURENESS.index, default=SURENESS[0])
    rows = [count.rows for count in counts if count.rows is not None]
    return Counted(sum(rows) if len(rows) == len(counts) else None, known_by)


def most_images(config: IngestConfig, splits: Collection[str] | None = None, datasets: Collection[str] | None = None) -> int:
    """The images of a sample of those splits and data sets, at most; None takes all."""
    return max((_images(source) for source in config.sources if is_taken(source, splits, datasets)), default=1)


def traced(config: IngestConfig) -> Counted:
    """The samples that bring their chains."""
    return count_samples(config.model_copy(update={"sources": [one for one in config.sources if _brings_chains(one)]}))


def is_taken(source: SourceConfig, splits: Collection[str] | None, datasets: Collection[str] | None) -> bool:
    """Whether a source's samples are of those splits and data sets; None takes all."""
    return (splits is None or source.split in splits) and (datasets is None or dataset_of(source) in datasets)


def dataset_of(source: SourceConfig) -> str:
    """What ``samples.dataset`` will say of a source."""
    if isinstance(source, ScenesConfig):
        return DATASET
    return name_of(source) if isinstance(source, PublishedConfig) else source.dataset


def _brings_chains(source: SourceConfig) -> bool:
    return isinstance(source, TracesConfig) or (isinstance(source, PublishedConfig) and brings_chains(source))


def _images(source: SourceConfig) -> int:
    if isinstance(source, ScenesConfig):
        return max(NUMBERS) if source.tasks.get("multi_image") else 1
    return images_of(source) if isinstance(source, PublishedConfig) else source.expected_images
