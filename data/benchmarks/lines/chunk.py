"""Chunk: some lines that stand together, and what comes of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any

from data.benchmarks.lines.form import MARK, NoJsonError, identity_of, line_out, read_line
from data.benchmarks.lines.tally import Tally
from data.benchmarks.protocols.scorer import LineError, Scorer, rule

if TYPE_CHECKING:
    import pyarrow as pa

    from data.benchmarks.lines.rows import Keeping


@dataclass(frozen=True, slots=True)
class Chunk:
    """Whole lines as they stand in the file."""

    number: int
    """Of the first of them, counted from 1."""
    lines: list[bytes]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A line that is none for the protocol."""

    number: int
    identity: Any
    """Its ``id``, or its number where it has none."""
    error: str
    is_json: bool
    """Whether the line is a JSON object at all."""

    @property
    def sentence(self) -> str:
        """What a person is told: one line without control characters."""
        named = "" if self.identity == self.number else f" (id {self.identity!r:.80})"
        return f"line {self.number}{named}: {' '.join(self.error.split())}".encode("ascii", "backslashreplace").decode()


@dataclass(slots=True)
class Judged:
    """What comes of a chunk."""

    output: bytes = b""
    """The lines out."""
    refusals: list[Refusal] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    predictions: pa.Table | None = None
    """Rows of ``predictions``, where they are kept."""


def chunks_of(handle: IO[bytes], size: int) -> Iterator[Chunk]:
    """The lines of a file in chunks of about so many bytes, and of one line at least."""
    number = 1
    while lines := handle.readlines(size):
        if number == 1:
            lines[0] = lines[0].removeprefix(MARK)
        yield Chunk(number, lines)
        number += len(lines)


def judge_chunk(scorer: Scorer, chunk: Chunk, keep: Keeping | None = None) -> Judged:
    """Judge every line of a chunk; empty lines are none."""
    found, said, rows = Judged(), [], []
    for number, raw in enumerate(chunk.lines, start=chunk.number):
        if not raw or raw.isspace():
            continue
        line: Mapping[str, Any] = {}
        try:
            line = read_line(raw)
            identity = identity_of(line, number)
            scorer.check(line)
        except LineError as error:
            found.refusals.append(_refusal(number, line, error))
            said.append(line_out(found.refusals[-1].identity, None, "error", str(error)))
            continue
        ruling = rule(scorer, line)
        found.tally.add(ruling)
        said.append(line_out(identity, ruling.scores, "reason", ruling.reason))
        if keep is not None:
            rows.append(keep.row(number, line, ruling))
    found.tally.refused = len(found.refusals)
    found.output = b"".join(said)
    found.predictions = keep.table(rows) if keep is not None else None
    return found


def _refusal(number: int, line: Mapping[str, Any], error: LineError) -> Refusal:
    identity = line.get("id", number)
    is_plain = isinstance(identity, str | int | float)
    return Refusal(number, identity if is_plain else number, str(error), not isinstance(error, NoJsonError))
