"""Statement: what one may ask of the catalog.

One statement that reads. DuckDB's own parser says what a statement is; since a ``WITH`` may hold a ``COPY`` or an ``INSERT`` and ``EXPLAIN
ANALYZE`` runs what it explains, the words of writing are looked for too, outside of strings and quoted names.
"""

from __future__ import annotations

import re

import duckdb

from data.store.errors import StoreError

READING = {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN, duckdb.StatementType.MULTI}
"""``MULTI`` is what a ``PIVOT`` over found values is parsed to; ``DESCRIBE``, ``SHOW`` and ``SUMMARIZE`` are ``SELECT``."""
WRITING_WORDS = {"copy", "insert", "update", "delete", "merge"}
RUNNING_FUNCTIONS = {"json_execute_serialized_sql"}
"""Functions that run a statement that the parser has not seen."""
EXPLAIN = re.compile(r"\s*explain\b\s*(\([^)]*\)|analyze\b)?", re.IGNORECASE)
HINT = "the catalog is for reading: ask one SELECT, WITH, DESCRIBE, SHOW, SUMMARIZE, EXPLAIN or PIVOT"


class QueryError(StoreError):
    """A question that the catalog does not answer, in one sentence."""


def check_reading(sql: str) -> None:
    """Raise ``QueryError`` unless the text is one statement that only reads."""
    try:
        statements = duckdb.extract_statements(sql)
    except duckdb.Error as error:
        raise QueryError(sentence(error)) from error
    if len(statements) != 1:
        raise QueryError(f"{HINT}, not {len(statements)} statements")
    kind = statements[0].type
    if kind not in READING:
        raise QueryError(f"{HINT}, not {kind.name}")
    if words := _writing_words(sql):
        raise QueryError(f"{HINT}, without {min(words).upper()} (put double quotes around a column of that name)")
    if kind == duckdb.StatementType.EXPLAIN:
        check_reading(EXPLAIN.sub("", sql, count=1))


def sentence(error: duckdb.Error) -> str:
    """The first paragraph of what DuckDB says, on one line."""
    first = " ".join(str(error).split("\n\n")[0].split())
    if "file system operations are disabled" in first or "Loading external extensions is disabled" in first:
        return f"{first} (the catalog reads nothing outside the store)"
    return first


def _writing_words(sql: str) -> set[str]:
    text = sql.encode()
    tokens = duckdb.tokenize(sql)
    ends = [start for start, _ in tokens[1:]] + [len(text)]
    words = [(text[start:end].decode().strip().lower(), kind) for (start, kind), end in zip(tokens, ends, strict=True)]
    written = {word for word, kind in words if kind == duckdb.token_type.keyword} & WRITING_WORDS
    return written | {word.strip('"') for word, kind in words if kind == duckdb.token_type.identifier} & RUNNING_FUNCTIONS
