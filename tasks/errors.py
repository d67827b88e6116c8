"""Errors of tasks: each is one sentence that a person can act on."""

from __future__ import annotations


class ChildFailedError(Exception):
    """A training or evaluation process ended without having done its work."""
