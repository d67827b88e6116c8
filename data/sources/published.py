"""Published: a data set of others in the form it was published in; the loaders are in ``data.benchmarks.published``."""

from __future__ import annotations

from collections.abc import Iterator

from data.benchmarks.published import Material, UnknownPublishedError, get_published
from data.sources.config import PublishedConfig
from data.sources.problem import Problem, Reject, SourceError


def read_published(config: PublishedConfig, max_pixels: int) -> Iterator[Problem | Reject]:
    """The problems of a published data set. Raises ``SourceError`` where nobody knows it, or what it needs is not there."""
    try:
        published = get_published(config.name)
    except UnknownPublishedError as error:
        raise SourceError(str(error)) from error
    yield from published.read(Material(config, max_pixels))
