"""Globs: the files that a path with wildcards names."""

from __future__ import annotations

from itertools import takewhile
from pathlib import Path


def matching(pattern: str) -> list[Path]:
    """The files that a path or a glob names, sorted."""
    parts = Path(pattern).parts
    fixed = list(takewhile(lambda part: not set(part) & set("*?["), parts))
    if len(fixed) == len(parts):
        return [Path(pattern)] if Path(pattern).is_file() else []
    return sorted(path for path in Path(*fixed).glob(str(Path(*parts[len(fixed) :]))) if path.is_file())
