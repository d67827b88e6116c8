"""Published: data sets of others, benchmarks and training sets, each a file here that registers itself."""

from __future__ import annotations

from data.benchmarks.published.base import Card, Published
from data.benchmarks.published.material import Material
from data.benchmarks.published.registry import PUBLISHED, UnknownPublishedError, get_published, register
from data.discovery import discover

__all__ = ["PUBLISHED", "Card", "Material", "Published", "UnknownPublishedError", "get_published", "register"]

discover(__name__, __path__)
