"""Exports: versions as other trainers read them. A new format is a file with a class and a line here."""

from __future__ import annotations

from data.export.errors import ExportError
from data.export.format import Format, Part
from data.export.sharegpt import ShareGpt
from data.export.verl import Verl

__all__ = ["FORMATS", "ExportError", "Format", "Part", "get_format"]

FORMATS: dict[str, Format] = {form.name: form for form in (ShareGpt(), Verl())}


def get_format(name: str) -> Format:
    """The format of that name. Raises ``ExportError`` naming those that exist."""
    if name not in FORMATS:
        raise ExportError(f"there is no export format {name!r}; there are {', '.join(FORMATS)}")
    return FORMATS[name]
