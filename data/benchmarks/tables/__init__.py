"""Tables: what others have published of themselves, as data: ``published.toml``, its loader, and a new score beside it.

The file lies in a package of its own, not beside ``data.benchmarks``, whose loaders of data sets are ``data.benchmarks.published``: what
lies there is part of the keys of evaluations, which published figures do not change.
"""

from __future__ import annotations

from data.benchmarks.tables.beside import Beside, NewScore, beside
from data.benchmarks.tables.printed import PublishedScore, PublishedTableError, published_rows, published_scores, read_published

__all__ = [
    "Beside",
    "NewScore",
    "PublishedScore",
    "PublishedTableError",
    "beside",
    "published_rows",
    "published_scores",
    "read_published",
]
