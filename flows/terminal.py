"""Terminal: how the command writes: plain tables, whole ids."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from data.store import Version

PLAIN_WIDTH = 240
"""Characters, where the output is no terminal and ``COLUMNS`` does not say."""


def console() -> Console:
    """A console on the standard output of now."""
    plain = Console(highlight=False, markup=False)
    return plain if plain.is_terminal or "COLUMNS" in os.environ else Console(highlight=False, markup=False, width=PLAIN_WIDTH)


def table(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> Table:
    """Rows under their names; numbers with four digits, nothing for what is not known."""
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in names:
        made.add_column(name, overflow="fold")
    for row in rows:
        made.add_row(*map(cell, row))
    return made


def cell(value: Any) -> str:
    """A value as a person reads it."""
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def thousands(count: int | None) -> str:
    """A large number as a person reads it."""
    return "not known" if count is None else f"{count:,}"


def counted(version: Version) -> int | None:
    """Rows of a version; None for a checkpoint, which has files and no rows."""
    return version.rows if version.folder is None else None
