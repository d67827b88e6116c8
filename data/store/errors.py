"""Store errors: each is one sentence that a person can act on."""

from __future__ import annotations


class StoreError(Exception):
    """The store cannot do what it was asked: a full disk, a damaged file, a row that does not fit its table."""


class UnknownVersionError(StoreError):
    """A reference names no version of the table, or more than one."""
