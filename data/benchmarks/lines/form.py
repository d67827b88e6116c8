"""Form: a line as bytes and as an object.

Lines are read as Python reads JSON: NaN, infinities and numbers of any length are taken as they are, and so are lone surrogates. What is
written is JSON to the letter: ASCII, a lone surrogate as its escape, a number that is not finite as the text ``NaN``, ``Infinity`` or
``-Infinity``, a whole number of more digits than Python writes as a text in hexadecimal, and what JSON has no form for as Python shows it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from typing import Any

from data.benchmarks.protocols.scorer import LineError

MARK = b"\xef\xbb\xbf"
"""What some programs put before the first line of a file in UTF-8."""
_encode: Callable[[Any], str] = json.JSONEncoder(allow_nan=False, check_circular=False).encode


class NoJsonError(LineError):
    """A line that is no JSON object."""


def read_line(raw: bytes) -> dict[str, Any]:
    """The object that a line is. Raises ``NoJsonError``."""
    try:
        line = json.loads(raw.decode("utf-8", "surrogatepass"))
    except json.JSONDecodeError as error:
        raise NoJsonError(f"the line should be a JSON object, and is no JSON: {error.msg} at character {error.pos + 1}") from error
    except (ValueError, RecursionError) as error:
        raise NoJsonError(f"the line should be a JSON object, and cannot be read: {error}") from error
    if not isinstance(line, dict):
        raise NoJsonError(f"the line should be a JSON object, not {line!r:.80}")
    return line


def identity_of(line: Mapping[str, Any], number: int) -> str | float | None:
    """The ``id`` of a line, or its number where it has none. Raises ``LineError`` on one that is no text or number."""
    identity = line.get("id", number)
    if not isinstance(identity, str | int | float | None):
        raise LineError(f"id should be a text or a number, not {identity!r:.80}")
    return identity


def written(value: Mapping[str, Any]) -> bytes:
    """The object as a line."""
    try:
        text = _encode(value)
    except (ValueError, TypeError):
        text = _encode(_plain(value))
    return text.encode("ascii") + b"\n"


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, int):
        return _whole(value)
    if isinstance(value, Mapping):
        return {key if isinstance(key, str) else repr(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value if isinstance(value, str | float | None) else repr(value)


def _whole(value: int) -> int | str:
    try:
        str(value)
    except ValueError:
        return hex(value)
    return value
