"""Registry: every dialect by name. A dialect puts itself there with ``@register``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from data.dialects.dialect import Dialect

Made = TypeVar("Made", bound=Callable[[], Dialect])

DIALECTS: dict[str, Dialect] = {}
"""One of each, by the name that recipes call it."""


def register(make: Made) -> Made:
    """Put the dialect that a class makes in the registry."""
    dialect = make()
    DIALECTS[dialect.name] = dialect
    return make


def get_dialect(name: str) -> Dialect:
    """The dialect of that name. Raises ``ValueError`` naming those that exist."""
    if name not in DIALECTS:
        raise ValueError(f"there is no dialect {name!r}; there are {', '.join(sorted(DIALECTS))}")
    return DIALECTS[name]
