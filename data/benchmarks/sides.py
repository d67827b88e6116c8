"""Sides: which predictions a reference names.

A reference is ``latest`` (the newest version of ``predictions``), a version of it, a run that made one, a checkpoint that was evaluated,
each by its id or a unique start of it, or the name of a model as ``predictions.model`` has it, whose newest answers are meant. A name may
look like an id that is not there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from data.benchmarks.comparing import Cell, Side
from data.identity import Kind
from data.rows import Row
from data.store import Store, StoreError, UnknownVersionError, Version
from data.store.store import LATEST
from data.tables import CHECKPOINTS

NAMING = ["run_id", "checkpoint_id", "model", "benchmark", "protocol", "mode"]
"""Columns of ``predictions`` that say whose answers they are, and to what."""


class UnknownSideError(StoreError):
    """A reference that names no predictions; the text is one sentence."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which predictions are meant beside the reference; None is any."""

    benchmark: str | None = None
    protocol: str | None = None
    mode: str | None = None

    def takes(self, row: Mapping[str, Any]) -> bool:
        """Whether a row is among them."""
        pairs = ((self.benchmark, "benchmark"), (self.protocol, "protocol"), (self.mode, "mode"))
        return all(value in (None, row[name]) for value, name in pairs)

    def __str__(self) -> str:
        named = ((what, getattr(self, what)) for what in ("benchmark", "protocol", "mode"))
        return " and ".join(f"{what} {value}" for what, value in named if value is not None)


def find_side(store: Store, reference: str, wanted: Wanted | None = None) -> Side:
    """The predictions that a reference names, as one side. Raises ``UnknownSideError`` and ``UnknownVersionError``."""
    version, rows = find_predictions(store, reference, wanted)
    models = ", ".join(dict.fromkeys(row["model"] or "a model without a name" for row in rows))
    versions = {cell: row["benchmark_version"] or None for cell, row in score_of(store, version).items()}
    return Side(f"{models} ({version.version_id})", rows, versions)


def find_predictions(store: Store, reference: str, wanted: Wanted | None = None) -> tuple[Version, list[Row]]:
    """The version that a reference names, and those of its rows that are meant. Raises ``UnknownSideError`` and ``UnknownVersionError``."""
    wanted = wanted or Wanted()
    version, own = _found(store, reference, wanted)
    rows = [row for row in store.read(version).to_pylist() if wanted.takes(row) and own.items() <= row.items()]
    if not rows:
        raise UnknownSideError(f"{reference} names {version.version_id} of predictions, which has none of {str(wanted) or 'anything'}")
    return version, rows


def score_of(store: Store, version: Version) -> dict[Cell, Row]:
    """A row of ``scores`` for each cell of a version of predictions, as it was published beside it; none where there are no scores."""
    made = [manifest for manifest in store.manifests() if version in manifest.outputs.values() and "scores" in manifest.outputs]
    rows = store.read(made[-1].outputs["scores"]).to_pylist() if made else []
    return {Cell(row["benchmark"], row["protocol"], row["mode"]): row for row in rows}


def settings_of(row: Row | None) -> dict[str, Any]:
    """The settings that a row of ``scores`` was asked with; empty where they are not known."""
    found: dict[str, Any] = json.loads(row["settings"] or "{}") if row else {}
    return found


def _found(store: Store, reference: str, wanted: Wanted) -> tuple[Version, Row]:
    """The version, and the columns that its rows have to have."""
    try:
        return _by_id(store, reference, wanted)
    except (UnknownSideError, UnknownVersionError) as error:
        own = {"model": reference}
        if (version := _newest(store, own, wanted)) is not None:
            return version, own
        if _is_id(reference):
            raise
        raise _lacking(store, f"no model {reference!r} has answered {str(wanted) or 'anything'}") from error


def _is_id(reference: str) -> bool:
    return reference == LATEST or reference.partition("_")[0] in (Kind.CHECKPOINT, Kind.RUN, Kind.VERSION)


def _by_id(store: Store, reference: str, wanted: Wanted) -> tuple[Version, Row]:
    kind = reference.partition("_")[0]
    if kind == Kind.CHECKPOINT:
        return _of_checkpoint(store, reference, wanted)
    if kind == Kind.RUN:
        return _of_run(store, reference)
    return store.resolve("predictions", reference), {}


def _of_checkpoint(store: Store, reference: str, wanted: Wanted) -> tuple[Version, Row]:
    checkpoint = store.resolve(CHECKPOINTS, reference).version_id
    own = {"checkpoint_id": checkpoint}
    version = _newest(store, own, wanted)
    if version is None:
        raise _lacking(store, f"checkpoint {checkpoint} has answered no {str(wanted) or 'benchmark'}")
    answered = sorted({row["benchmark"] or "" for row in _naming(store, version) if own.items() <= row.items()})
    if wanted.benchmark is None and len(answered) > 1:
        raise UnknownSideError(f"checkpoint {checkpoint} has answered {', '.join(answered)}; name the benchmark")
    return version, own


def _of_run(store: Store, reference: str) -> tuple[Version, Row]:
    made = [(run_id, version) for version in store.versions("predictions") for run_id in version.run_ids or (version.run_id,)]
    run_ids = list(dict.fromkeys(run_id for run_id, _ in made))
    found = [one for one in run_ids if one == reference] or [one for one in run_ids if one.startswith(reference)]
    if len(found) != 1:
        several = f"{len(found)} runs with predictions have an id that starts with {reference!r}"
        raise UnknownSideError(f"{several if found else f'no run {reference!r} has predictions'}; there are {', '.join(run_ids) or 'none'}")
    return next(version for run_id, version in reversed(made) if run_id == found[0]), {"run_id": found[0]}


def _newest(store: Store, own: Row, wanted: Wanted) -> Version | None:
    """The newest version with rows that are meant."""
    for version in reversed(store.versions("predictions")):
        if any(own.items() <= row.items() and wanted.takes(row) for row in _naming(store, version)):
            return version
    return None


def _lacking(store: Store, what: str) -> UnknownSideError:
    met = dict.fromkeys(row["model"] or "" for version in reversed(store.versions("predictions")) for row in _naming(store, version))
    return UnknownSideError(f"{what}; predictions are of {', '.join(name for name in met if name) or 'nobody'}")


def _naming(store: Store, version: Version) -> Iterator[Row]:
    yield from store.read(version, NAMING).group_by(NAMING).aggregate([]).to_pylist()
