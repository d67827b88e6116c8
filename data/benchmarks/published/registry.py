"""Registry: every published data set by name. A loader puts itself there with ``@register``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from data.benchmarks.published.base import Published

Made = TypeVar("Made", bound=Callable[[], Published])

PUBLISHED: dict[str, Published] = {}
"""One of each, by the name that recipes call it."""


class UnknownPublishedError(ValueError):
    """No published data set of that name; the text is one sentence."""


def register(make: Made) -> Made:
    """Put the data set that a class makes in the registry."""
    published = make()
    PUBLISHED[published.name] = published
    return make


def get_published(name: str) -> Published:
    """The data set of that name, or of the map at that path. Raises ``UnknownPublishedError`` naming those that exist."""
    from data.benchmarks.published.mapped import own_question_set

    own = own_question_set(name)
    if own is not None:
        return own
    if name not in PUBLISHED:
        raise UnknownPublishedError(f"there is no published data set {name!r}; there are {', '.join(sorted(PUBLISHED))}")
    return PUBLISHED[name]
