"""Form: a line as bytes and as an object.

Lines are read as Python reads JSON: NaN, infinities and whole numbers of up to 4,300 digits are taken as they are, and so are lone
surrogates. What is written is JSON to the letter: a lone surrogate as its escape, a number that is not finite as the text ``NaN``,
``Infinity`` or ``-Infinity``, a whole number of more digits than Python writes as a text in hexadecimal, and what JSON has no form for as
Python shows it. Most lines have nothing of the kind; orjson reads and writes those.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from data.benchmarks.protocols.scorer import LineError

MARK = b"\xef\xbb\xbf"
"""What some programs put before the first line of a file in UTF-8."""
ALL_NOUGHTS, LONG = bytes.maketrans(b"123456789", b"0" * 9), b"0" * 19
"""So many digits, all written as noughts, may be a whole number that orjson takes for a float."""
NULL = b"null"
IDENTITIES = (str, int, float, type(None))
_encode: Callable[[Any], str] = json.JSONEncoder(allow_nan=False, check_circular=False, separators=(",", ":")).encode


class NoJsonError(LineError):
    """A line that is no JSON object."""


def read_line(raw: bytes) -> dict[str, Any]:
    """The object that a line is. Raises ``NoJsonError``."""
    try:
        line = _read(raw) if LONG in raw.translate(ALL_NOUGHTS) else orjson.loads(raw)
    except orjson.JSONDecodeError:
        line = _read(raw)
    if not isinstance(line, dict):
        raise NoJsonError(f"the line should be a JSON object, not {line!r:.80}")
    return line


def identity_of(line: Mapping[str, Any], number: int) -> str | float | None:
    """The ``id`` of a line, or its number where it has none. Raises ``LineError`` on one that is no text or number."""
    identity = line.get("id", number)
    if not isinstance(identity, IDENTITIES):
        raise LineError(f"id should be a text or a number, not {identity!r:.80}")
    return identity


def line_out(identity: Any, scores: Any, word: str, said: str | None) -> bytes:
    """A line of ``id``, ``scores`` and what is said under one more word, ``reason`` or ``error``."""
    return b'{"id":%b,"scores":%b,"%b":%b}\n' % (written(identity), written(scores), word.encode(), written(said))


def written(value: Any) -> bytes:
    """A value as JSON."""
    if value is None:
        return NULL
    try:
        text = orjson.dumps(value)
    except TypeError:
        return _written(value)
    return _written(value) if NULL in text else text


def _read(raw: bytes) -> Any:
    try:
        return json.loads(raw.decode("utf-8", "surrogatepass"))
    except json.JSONDecodeError as error:
        raise NoJsonError(f"the line should be a JSON object, and is no JSON: {error.msg} at character {error.pos + 1}") from error
    except (ValueError, RecursionError) as error:
        raise NoJsonError(f"the line should be a JSON object, and cannot be read: {error}") from error


def _written(value: Any) -> bytes:
    """The same for what orjson has no form for, or writes as null, as it does what is not finite."""
    try:
        text = _encode(value)
    except (ValueError, TypeError, RecursionError):
        text = _plainly(value)
    return text.encode("ascii")


def _plainly(value: Any) -> str:
    try:
        return _encode(_plain(value))
    except RecursionError:
        return _encode(f"{type(value).__name__} too deep to be written")


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
