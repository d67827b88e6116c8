"""Dialects by name. A new one is a file with a class and a line here."""

from __future__ import annotations

from data.dialects.dialect import Dialect, Loss, Parsed, Turn
from data.dialects.ivgr import Ivgr
from data.dialects.textual import Textual
from data.dialects.univg import Univg
from data.dialects.vigorl import Vigorl
from data.dialects.vigorl_zoom import VigorlZoom

__all__ = ["DIALECTS", "Dialect", "Loss", "Parsed", "Turn", "get_dialect"]

DIALECTS: dict[str, Dialect] = {dialect.name: dialect for dialect in (Vigorl(), VigorlZoom(), Univg(), Ivgr(), Textual())}


def get_dialect(name: str) -> Dialect:
    """The dialect of that name. Raises ``ValueError`` naming those that exist."""
    if name not in DIALECTS:
        raise ValueError(f"there is no dialect {name!r}; there are {', '.join(DIALECTS)}")
    return DIALECTS[name]
