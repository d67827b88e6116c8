"""Spread: the chunks of a file shared among processes.

This process judges too: the beginning of the file alone, so that a small file waits for nobody, and later what its helpers have no hands
for. Chunks that are judged or waiting are so few that memory does not grow with the file.
"""

from __future__ import annotations

import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from itertools import chain
from multiprocessing import get_context, parent_process
from typing import IO, TYPE_CHECKING

from data.benchmarks.lines.chunk import Chunk, Judged, chunks_of, judge_chunk
from data.benchmarks.protocols.scorer import Scorer

if TYPE_CHECKING:
    from data.benchmarks.lines.rows import Keeping

CHUNK_BYTES = 1 << 18
ALONE_S = 1.0
"""How long this process judges alone: as long as helpers take to start, so that calling them never doubles the time."""
AHEAD = 2
"""Chunks that wait for each helper."""
MOST_WAITING = 64
"""Chunks that are judged or waiting and not yet given on."""
Work = Callable[[Chunk], Judged]


class LostProcessError(RuntimeError):
    """A process that judged lines ended before it was done; the text is one sentence."""


def judge_lines(
    scorer: Scorer,
    handle: IO[bytes],
    *,
    keep: Keeping | None = None,
    processes: int = 1,
    chunk_bytes: int = CHUNK_BYTES,
    alone_s: float = ALONE_S,
) -> Iterator[Judged]:
    """Judge the lines of a file, chunk by chunk in its order. Raises ``LostProcessError``.

    A scorer that is to be shared among processes can be pickled, and its module imported by its name.
    """
    work: Work = partial(judge_chunk, scorer, keep=keep)
    chunks, alone = chunks_of(handle, chunk_bytes), 0.0
    for chunk in chunks:
        if processes > 1 and alone >= alone_s:
            yield from _shared(work, chain([chunk], chunks), processes - 1)
            return
        start = time.perf_counter()
        judged = work(chunk)
        alone += time.perf_counter() - start
        yield judged


def _shared(work: Work, chunks: Iterator[Chunk], helpers: int) -> Iterator[Judged]:
    with _pool(helpers) as pool:
        waiting: deque[Future[Judged] | Judged] = deque()
        for chunk in chunks:
            busy = sum(isinstance(one, Future) and not one.done() for one in waiting)
            waiting.append(pool.submit(work, chunk) if busy < AHEAD * helpers else work(chunk))
            while waiting and (_is_ready(waiting[0]) or len(waiting) >= MOST_WAITING):
                yield _result(waiting.popleft())
        yield from map(_result, waiting)


@contextmanager
def _pool(helpers: int) -> Iterator[ProcessPoolExecutor]:
    pool = ProcessPoolExecutor(helpers, mp_context=get_context("spawn"), initializer=_begin)
    try:
        yield pool
    except BrokenProcessPool as error:
        raise LostProcessError("a process that judged lines ended before it was done; is there enough memory?") from error
    finally:
        pool.shutdown(cancel_futures=True)


def _begin() -> None:
    """A helper leaves interruptions to its parent, and ends where its parent is no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    import os

    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _is_ready(one: Future[Judged] | Judged) -> bool:
    return not isinstance(one, Future) or one.done()


def _result(one: Future[Judged] | Judged) -> Judged:
    return one.result() if isinstance(one, Future) else one
