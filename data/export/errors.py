"""Export errors: each is one sentence that a person can act on."""

from __future__ import annotations


class ExportError(Exception):
    """The version cannot be written so, or not there."""
