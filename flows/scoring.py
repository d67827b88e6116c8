"""Scoring: what ``fovea score`` reads, writes and says, and the list of protocols."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from data.benchmarks.lines import Judged, LostProcessError, Tally
from data.benchmarks.protocols import PROTOCOLS, Scorer, UnknownProtocolError, get_protocol
from data.catalog import write_catalog
from data.store import Store
from flows.errors import ScoringError
from flows.output import written
from tasks.score import Kept, Naming, keep_lines, readable, score_lines

STDIN, STDIN_NAME = "-", "stdin"
MOST_COMPLAINTS = 20
"""Refused lines that are told one by one; all of them are in the output."""
MOST_NAMED = 5
"""Ids that are named where several lines have them."""
OPTIONAL = "optional"
"""How the words for a field begin that a line may lack."""


@dataclass(slots=True)
class Mouth:
    """Gives lines out, and tells of the first refused ones."""

    out: IO[bytes]
    told: int = field(default=0, init=False)

    def give(self, judged: Judged) -> None:
        """Write a chunk's lines as they come."""
        self.out.write(judged.output)
        for refusal in judged.refusals[: max(0, MOST_COMPLAINTS - self.told)]:
            say(refusal.sentence)
        self.told += len(judged.refusals)


def score_file(protocol: str, path: Path, out: Path | None, naming: Naming | None, processes: int | None) -> int:
    """Score a file's lines, keep them under their names where they have some, and say what they come to; returns how many were refused.

    Raises ``OutputError``, ``ScoringError`` and ``StoreError``.
    """
    scorer, source = _scorer(protocol), _source(path)
    if out is not None and source is not None and out.exists() and out.samefile(source):
        raise ScoringError(f"{out} is the file that is read; name another one to write")
    with ExitStack() as open_files:
        handle = open_files.enter_context(readable(source, again=naming is not None))
        mouth = Mouth(open_files.enter_context(_written(out)))
        tally, kept = _score(scorer, handle, mouth, path.name if source else STDIN_NAME, naming, processes or cores())
        mouth.out.flush()
    for sentence in [*_rest(mouth), *tally.sentences(protocol), *_kept(kept)]:
        say(sentence)
    return tally.refused


def protocol_cells() -> list[tuple[str, str, str]]:
    """Name, source and fields of every protocol."""
    return [(name, scorer.source, field_names(scorer)) for name, scorer in sorted(PROTOCOLS.items())]


def field_names(scorer: Scorer) -> str:
    """The fields of a line, in a row."""
    return ", ".join(f"{name} (optional)" if words.startswith(OPTIONAL) else name for name, words in scorer.fields.items())


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def say(sentence: str) -> None:
    """Tell a person, beside the output."""
    sys.stderr.write(f"fovea: {sentence}\n")


def _scorer(protocol: str) -> Scorer:
    try:
        return get_protocol(protocol)
    except UnknownProtocolError as error:
        raise ScoringError(str(error)) from error


def _source(path: Path) -> Path | None:
    """None is the standard input."""
    if str(path) == STDIN:
        return None
    if not os.access(path, os.F_OK):
        raise ScoringError(f"{path} should be a file of lines, and is not there")
    if path.is_dir() or not os.access(path, os.R_OK):
        raise ScoringError(f"{path} should be a file of lines, and {'is a folder' if path.is_dir() else 'may not be read'}")
    return path


def _score(
    scorer: Scorer, handle: IO[bytes], mouth: Mouth, source: str, naming: Naming | None, processes: int
) -> tuple[Tally, Kept | None]:
    try:
        if naming is None:
            return score_lines(scorer, handle, mouth.give, processes), None
        store = Store.open()
        found = keep_lines(store, scorer, handle, source, naming, mouth.give, processes)
        write_catalog(store)
        return found
    except LostProcessError as error:
        raise ScoringError(str(error)) from error


@contextmanager
def _written(path: Path | None) -> Iterator[IO[bytes]]:
    """The standard output, or a file that appears whole at the end."""
    if path is None:
        yield sys.stdout.buffer
    else:
        with written(path) as part, part.open("wb") as handle:
            yield handle


def _rest(mouth: Mouth) -> Iterator[str]:
    if mouth.told > MOST_COMPLAINTS:
        yield f"{mouth.told - MOST_COMPLAINTS} more lines were refused; each has its error in the output"


def _kept(kept: Kept | None) -> Iterator[str]:
    if kept is not None:
        versions = ", ".join(f"{name} {version.version_id}" for name, version in kept.manifest.outputs.items())
        yield f"{'kept' if kept.is_new else 'kept before'} by {kept.manifest.run_id}: {versions}"
        if kept.repeated:
            named = f"{', '.join(kept.repeated[:MOST_NAMED])}{', ...' if len(kept.repeated) > MOST_NAMED else ''}"
            yield f"{len(kept.repeated)} ids stand on several lines, each of which counts: {named}"
