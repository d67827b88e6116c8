"""Table: what breaking each part moved, as rows of a Markdown table between two marks of a document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bench.claims.table import NOT_ASKED, SHORT_COMMIT
from bench.document import Place

PLACE = Place("parts")
HEAD = ("part", "figure", "as it is", "broken", "difference, 95 % interval", "run")
Row = Mapping[str, Any]


def rewritten(document: str, results: Iterable[Row], order: Sequence[str]) -> str:
    """The document with the table of the results; a part that was not broken has a row that says so.

    Raises ``ValueError`` where the document has no place for it.
    """
    found = {one["part"]: one for one in results}
    return PLACE.fill(document, HEAD, [row for name in order for row in _rows(name, found.get(name))])


def _rows(name: str, result: Row | None) -> list[Sequence[str]]:
    if result is None:
        return [(name, NOT_ASKED, *[""] * (len(HEAD) - 2))]
    return [_row(result, one) for one in result["figures"]]


def _row(result: Row, one: Row) -> Sequence[str]:
    whole, broken, difference = one["as it is"], one["broken"], one["difference"]
    moved = f"{difference['mean']:+.3f} ({difference['low']:+.3f} to {difference['high']:+.3f})"
    is_clear = difference["low"] > 0 or difference["high"] < 0
    run = f"{difference['seeds']} seeds, {(result['commit'] or 'no commit')[:SHORT_COMMIT]}"
    return (result["part"], one["figure"], f"{whole:.3f}", f"{broken:.3f}", f"**{moved}**" if is_clear else moved, run)
