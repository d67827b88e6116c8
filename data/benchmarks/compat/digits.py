"""Digits: texts of digits as the numbers that rewards reckon with."""

from __future__ import annotations

from collections.abc import Sequence

Numbers = tuple[float, ...]
MOST_DIGITS = 300
"""A number of more digits is none here: no float holds it."""


def counted(groups: Sequence[str]) -> Numbers | None:
    """Texts of digits as whole numbers; None where one has too many."""
    return tuple(int(digits) for digits in groups) if all(len(digits) <= MOST_DIGITS for digits in groups) else None
