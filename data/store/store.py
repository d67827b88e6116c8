"""Store: versioned tables on disk.

    objects/<table>/<sha256>.parquet    files of versions, named by their bytes; checkpoints are folders
    manifests/<stage_key>.<n>.json      what a stage published, the n-th time it did (more than once where forced or damaged)
    refs/<table>/<name>                 a name that a person gave a version
    runs/<run_id>/                      live rows of a run
    tmp/                                files on their way

What exists is what manifests say (``data.store.shelf``).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from data.store.draft import Draft
from data.store.errors import StoreError, UnknownVersionError
from data.store.files import sweep, write_bytes
from data.store.manifest import Version
from data.store.run import RunFolder, read_live
from data.store.shelf import Shelf
from data.store.writer import typed
from data.tables import CHECKPOINTS, TABLES, upcast

LATEST = "latest"
NO_RUN = "none"
"""The run folder whose empty files keep the patterns of ``catalog.duckdb`` from matching nothing."""


class Store(Shelf):
    """A folder of versions and live runs."""

    @classmethod
    def open(cls, path: str | Path | None = None) -> Store:
        """The store at a path, else at ``FOVEA_STORE``, else at ``./store``; it is made where there is none."""
        store = cls(Path(path or os.environ.get("FOVEA_STORE") or "store").expanduser())
        for name in ("objects", "manifests", "refs", "runs", "tmp"):
            try:
                (store.root / name).mkdir(parents=True, exist_ok=True)
            except (FileExistsError, NotADirectoryError, PermissionError) as error:
                raise StoreError(f"{store.root} cannot be a store: {error}") from error
        sweep(store.root)
        return store

    def versions(self, table_name: str | None = None) -> list[Version]:
        """Complete versions in the order of their latest publication, oldest first."""
        known: dict[str, Version] = {}
        for manifest in self.manifests():
            for version in manifest.outputs.values():
                if table_name in (None, version.table_name):
                    known[version.version_id] = known.pop(version.version_id, version)
        return list(known.values())

    def resolve(self, table_name: str, reference: str = LATEST) -> Version:
        """The version that a reference names: ``latest``, an id, a unique start of one, or a name given by ``name_version``."""
        versions = self.versions(table_name)
        if reference == LATEST and versions:
            return versions[-1]
        wanted = self._named(table_name, reference) or reference
        found = [version for version in versions if wanted and version.version_id.startswith(wanted)]
        exact = [version for version in found if version.version_id == wanted]
        if len(exact or found) == 1:
            return (exact or found)[0]
        exists = ", ".join(version.version_id for version in versions[-5:]) or "none"
        problem = f"{len(found)} versions of {table_name} start with" if found else f"there is no version of {table_name} called"
        raise UnknownVersionError(f"{problem} {reference!r}; the newest are: {exists}")

    def version(self, version_id: str) -> Version:
        """The version with an id or a unique start of one, whatever its table."""
        found = [version for version in self.versions() if version_id and version.version_id.startswith(version_id)]
        if len(found) != 1:
            raise UnknownVersionError(f"{len(found)} versions have an id that starts with {version_id!r}")
        return found[0]

    def name_version(self, name: str, version: Version) -> None:
        """Give a version a name that ``resolve`` takes; an earlier one of that name loses it."""
        if name == LATEST or not name.replace("-", "").replace("_", "").replace(".", "").isalnum() or name.startswith("."):
            raise StoreError(f"{name!r} cannot name a version: use letters, digits, '.', '-' and '_', not {LATEST!r}")
        write_bytes(self.root, self.root / "refs" / version.table_name / name, version.version_id.encode())

    def lineage(self, version_id: str) -> list[Version]:
        """The version and all it was made from, nearest first."""
        known = {version.version_id: version for version in self.versions()}
        order, waiting = [], [self.version(version_id).version_id]
        while waiting:
            current = waiting.pop(0)
            if current in known:
                order.append(known.pop(current))
                waiting.extend(order[-1].parents)
        return order

    def read(self, version: Version, columns: Sequence[str] | None = None) -> pa.Table:
        """Rows of a version with today's schema, in the order they were added."""
        parts = [_read(version.table_name, path, columns) for path in self.paths(version)]
        return pa.concat_tables(parts, promote_options="permissive") if parts else typed(version.table_name, [])

    def paths(self, version: Version) -> list[Path]:
        """The verified files of a version. Raises ``StoreError`` naming the one that is damaged."""
        for file in version.files:
            if reason := self.damage(file):
                raise StoreError(
                    f"{file.path} of {version.table_name} {version.version_id} is damaged: {reason}; run {version.stage} again"
                )
        return [self.root / file.path for file in version.files]

    def folder(self, version: Version) -> Path:
        """The verified folder of a checkpoint."""
        if version.folder is None:
            raise StoreError(f"{version.version_id} is a version of {version.table_name}, not of {CHECKPOINTS}")
        self.paths(version)
        return self.root / version.folder

    def draft(
        self,
        *,
        stage: str,
        stage_key: str,
        run_id: str,
        parents: Sequence[Version | str] = (),
        config: Mapping[str, Any] | None = None,
        prompt_hashes: Sequence[str] = (),
        force: bool = False,
    ) -> Draft:
        """A new draft of a stage's outputs; a forced one publishes beside what the stage key has published before."""
        return Draft(
            self, stage=stage, stage_key=stage_key, run_id=run_id, parents=parents, config=config, prompt_hashes=prompt_hashes, force=force
        )

    def run(self, run_id: str) -> RunFolder:
        """The live rows of a run."""
        return RunFolder(self.root, run_id)

    def run_ids(self) -> list[str]:
        """Runs that have a folder, oldest first."""
        return sorted(path.name for path in (self.root / "runs").iterdir() if path.is_dir() and path.name != NO_RUN)

    def live_files(self, table_name: str) -> list[Path]:
        """Live files whose rows are in no version, by run and step."""
        folded = {path for manifest in self.manifests() for path in manifest.folded.get(table_name, ())}
        files = [path for run_id in self.run_ids() for path in self.run(run_id).files(table_name)] if TABLES[table_name].is_live else []
        return [path for path in files if str(path.relative_to(self.root)) not in folded]

    def requests(self) -> Iterator[dict[str, Any]]:
        """All request rows that are on disk, oldest first; a later row of the same id supersedes an earlier one."""
        for version in self.versions("requests"):
            yield from self.read(version).to_pylist()
        for path in self.live_files("requests"):
            yield from read_live("requests", path).to_pylist()

    def _named(self, table_name: str, name: str) -> str | None:
        path = self.root / "refs" / table_name / name
        return path.read_text().strip() if "/" not in name and path.is_file() else None


def _read(table_name: str, path: Path, columns: Sequence[str] | None) -> pa.Table:
    if columns is None:
        return upcast(table_name, pq.read_table(path, partitioning=None))
    stored = pq.read_schema(path).names
    declared = TABLES[table_name].schema
    unknown = set(columns) - set(stored) - set(declared.names)
    if unknown:
        raise StoreError(f"{table_name} has no column {sorted(unknown)[0]!r}; it has {', '.join(declared.names)}")
    rows = pq.read_table(path, columns=[name for name in columns if name in stored], partitioning=None)
    return upcast(table_name, rows).select(list(columns))
