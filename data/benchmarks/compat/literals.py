"""Literals: what a text says as a Python literal, as the published scorers of ViGoRL read numbers."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Sequence
from typing import Any

Numbers = tuple[float, ...]
MOST_DIGITS = 300
"""A number of more digits is none here: no float holds it."""
LARGEST = 10**MOST_DIGITS


def literal(text: str) -> Any:
    """The value of a literal; None where the text is none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.literal_eval(text)
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            return None


def whole_numbers(text: str, count: int) -> Numbers | None:
    """So many whole numbers in a tuple or a list; None of anything else."""
    value = literal(text)
    return tuple(value) if isinstance(value, (tuple, list)) and are_whole(value, count) else None


def are_whole(values: Sequence[Any], count: int) -> bool:
    """Whether so many whole numbers are all there is."""
    return len(values) == count and all(isinstance(value, int) and abs(value) < LARGEST for value in values)


def counted(groups: Sequence[str]) -> Numbers | None:
    """Texts of digits as whole numbers; None where one has too many."""
    return tuple(int(digits) for digits in groups) if all(len(digits) <= MOST_DIGITS for digits in groups) else None
