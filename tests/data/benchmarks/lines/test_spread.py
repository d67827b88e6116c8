from __future__ import annotations

import io
import os
from collections.abc import Iterator

import pytest

from data.benchmarks.lines import LostProcessError, Tally, judge_lines
from data.benchmarks.protocols import Line, Scores
from tests.data.benchmarks.lines.made import Sums, lines


class Leaving(Sums):
    """Ends the process that judges, unless it is the one that was there first."""

    def __init__(self) -> None:
        self.first = os.getpid()

    def score(self, line: Line) -> Scores:
        if os.getpid() != self.first:
            os._exit(3)
        return super().score(line)


class Counted(io.BytesIO):
    """A file that knows how much of it was read."""

    def readlines(self, hint: int | None = -1, /) -> list[bytes]:
        self.chunks = getattr(self, "chunks", 0) + 1
        return super().readlines(hint)


def judged(content: bytes, processes: int) -> tuple[bytes, Tally]:
    output, tally = b"", Tally()
    for part in judge_lines(Sums(), io.BytesIO(content), processes=processes, chunk_bytes=500, alone_s=0):
        output += part.output
        tally.merge(part.tally)
    return output, tally


def test_several_processes_say_what_one_says_in_the_same_order() -> None:
    content = lines(2_000)
    assert judged(content, 1) == judged(content, 2)
    assert judged(content, 1)[0].count(b"\n") == 2_000


def test_a_process_that_is_lost_is_said_to_be() -> None:
    parts: Iterator[object] = judge_lines(Leaving(), io.BytesIO(lines(2_000)), processes=2, chunk_bytes=500, alone_s=0)
    with pytest.raises(LostProcessError, match="ended before it was done"):
        list(parts)


def test_what_is_not_given_on_yet_is_not_read_yet() -> None:
    handle = Counted(lines(20_000))
    parts = judge_lines(Sums(), handle, processes=2, chunk_bytes=500, alone_s=0)
    next(parts)
    assert handle.chunks <= 70
    parts.close()  # type: ignore[attr-defined]
