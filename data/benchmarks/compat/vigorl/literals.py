"""Literals: what ``ast.literal_eval`` makes of a text, errors included."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

NUMBER = r"-?(?:0|[1-9][0-9]{0,15})"
PLAIN = re.compile(rf"\(({NUMBER}(?:, ?{NUMBER})+)\)")
"""A tuple of whole numbers as nearly all are written, which is read without the Python parser."""
KEPT = 8
"""Texts that are remembered: one line has its answer and its target read several times over."""
NONE = object()


def literal(text: str) -> Any:
    """The value of a literal; nobody may change it.

    Raises ``ValueError`` where the text is none. Lets through what the published functions do not take for that: ``MemoryError`` and
    ``RecursionError`` where it is too deep, ``OverflowError`` where no float holds a part of a complex number.
    """
    value = _read(text)
    if value is NONE:
        raise ValueError(f"{text[:80]!r} is no literal")
    return value


def are_ints(values: Sequence[Any], count: int) -> bool:
    """Whether so many whole numbers are all there is; True and False are whole numbers."""
    return len(values) == count and all(isinstance(value, int) for value in values)


@lru_cache(KEPT)
def _read(text: str) -> Any:
    plain = PLAIN.fullmatch(text)
    if plain is not None:
        return tuple(map(int, plain[1].split(",")))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.literal_eval(text)
        except (ValueError, SyntaxError, TypeError):
            return NONE
