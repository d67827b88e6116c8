"""Registry: every protocol by name. A scorer puts itself there with ``@register``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from data.benchmarks.protocols.scorer import Scorer

Made = TypeVar("Made", bound=Callable[[], Scorer])

PROTOCOLS: dict[str, Scorer] = {}
"""One of each, by the name that people call it."""


class UnknownProtocolError(ValueError):
    """No protocol of that name; the text is one sentence."""


def register(make: Made) -> Made:
    """Put the scorer that a class makes in the registry."""
    scorer = make()
    PROTOCOLS[scorer.name] = scorer
    return make


def get_protocol(name: str) -> Scorer:
    """The scorer of that name. Raises ``UnknownProtocolError`` naming those that exist."""
    if name not in PROTOCOLS:
        raise UnknownProtocolError(f"there is no protocol {name!r}; there are {', '.join(sorted(PROTOCOLS))}")
    return PROTOCOLS[name]
