"""Errors of training that a person can act on; the text is one sentence."""

from __future__ import annotations


class TrainingError(ValueError):
    """A training that cannot start or go on as it was asked for."""
