"""Score: the lines of a file are judged by a protocol, and kept in the store where that is asked.

What is kept is found again by its key: the bytes of the file, the protocol, what the answers are called, and the sources that judge. The
run has the stage ``score``.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from data.benchmarks.figures import Origin, score_rows
from data.benchmarks.lines import Judged, Tally, judge_lines
from data.benchmarks.lines.rows import FIGURED, Keeping, figured
from data.benchmarks.protocols import Scorer
from data.identity import canonical_json, digest, new_run_id
from data.store import Draft, Manifest, Store
from tasks.run import Record
from tasks.sources import source_hash

if TYPE_CHECKING:
    import pyarrow as pa

SCORE = "score"
MODULES = ("tasks.score",)
"""What decides the rows, beside the file."""


@dataclass(frozen=True, slots=True)
class Naming:
    """What kept answers are called: columns of ``predictions`` and ``scores``."""

    model: str
    benchmark: str
    mode: str


@dataclass(slots=True)
class Kept:
    """What became of the answers in the store."""

    manifest: Manifest
    is_new: bool
    """Whether this run put them there."""
    repeated: Sequence[str] = ()
    """Ids that several of the lines have that this run put there."""


@dataclass(slots=True)
class _Taken:
    """What a run keeps beside its rows until it ends."""

    tally: Tally = field(default_factory=Tally)
    figured: list[pa.Table] = field(default_factory=list)


@contextmanager
def readable(path: Path | None, *, again: bool = False) -> Iterator[IO[bytes]]:
    """A file, or the standard input; ``again`` where it is read twice, so that what comes through a pipe is put down first."""
    if path is not None and path.is_file():
        with path.open("rb") as handle:
            yield handle
        return
    with _opened(path) as pipe:
        if not again:
            yield pipe
            return
        with tempfile.TemporaryFile() as copy:
            shutil.copyfileobj(pipe, copy)
            copy.seek(0)
            yield copy


def score_lines(scorer: Scorer, handle: IO[bytes], give: Callable[[Judged], None], processes: int) -> Tally:
    """Judge every line and give on what comes of it, in the order of the file."""
    tally = Tally()
    for judged in judge_lines(scorer, handle, processes=processes):
        tally.merge(judged.tally)
        give(judged)
    return tally


def keep_lines(
    store: Store, scorer: Scorer, handle: IO[bytes], source: str, naming: Naming, give: Callable[[Judged], None], processes: int
) -> tuple[Tally, Kept]:
    """The same, and publish ``predictions``, ``scores`` and, of refused lines, ``rejects``, unless they were published before."""
    content = hashlib.file_digest(handle, "sha256").hexdigest()  # type: ignore[arg-type]
    handle.seek(0)
    settings = {"protocol": scorer.name, "source": scorer.source, "sha256": content, **asdict(naming)}
    key = digest(SCORE, settings, source_hash(MODULES))
    if made := store.find(key):
        return score_lines(scorer, handle, give, processes), Kept(made, is_new=False)
    keep = Keeping(new_run_id(), naming.model, naming.benchmark, scorer.name, naming.mode, digest(settings), source)
    columns = {"stage": SCORE, "inputs": canonical_json({}), "config": canonical_json(settings | {"file": source}), "stage_key": key}
    with (
        Record(store.run(keep.run_id), columns),
        store.draft(stage=SCORE, stage_key=key, run_id=keep.run_id, config=settings | {"file": source}) as draft,
    ):
        taken = _fill(draft, scorer, handle, keep, give, processes)
        rows = figured(taken.figured)
        draft.add("scores", score_rows(rows, _origin(keep, settings)))
        manifest = draft.publish()
    repeated = [item for item, count in Counter(row["item"] for row in rows).items() if count > 1]
    return taken.tally, Kept(manifest, is_new=manifest.run_id == keep.run_id, repeated=repeated)


def _fill(draft: Draft, scorer: Scorer, handle: IO[bytes], keep: Keeping, give: Callable[[Judged], None], processes: int) -> _Taken:
    taken = _Taken()
    draft.add("predictions", [])
    for judged in judge_lines(scorer, handle, keep=keep, processes=processes):
        taken.tally.merge(judged.tally)
        if judged.predictions is not None:
            draft.add("predictions", judged.predictions)
            taken.figured.append(judged.predictions.select(list(FIGURED)))
        if judged.refusals:
            draft.add("rejects", [keep.reject(refusal) for refusal in judged.refusals])
        give(judged)
    return taken


def _origin(keep: Keeping, settings: dict[str, Any]) -> Origin:
    names = {name: getattr(keep, name) for name in ("run_id", "model", "benchmark", "protocol", "mode")}
    return Origin(**names, checkpoint_id=None, settings=settings, prompt_hash="", benchmark_version="", verified=False)


@contextmanager
def _opened(path: Path | None) -> Iterator[IO[bytes]]:
    if path is None:
        yield sys.stdin.buffer
        return
    with path.open("rb") as handle:
        yield handle
