"""Draft: the outputs of a stage before they are published.

Rows go to temporary files; ``publish`` moves them to ``objects/`` under the hash of their bytes and then makes all of them visible with
one link of the manifest. A process that dies before the link has published nothing.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from data.store.errors import StoreError
from data.store.files import link_bytes, make_folder, room_for, sha256, sync_folder, sync_tree, temporary
from data.store.manifest import Manifest, Output, StoredFile, Version, to_json
from data.store.revision import code_revision
from data.store.shelf import Shelf
from data.store.writer import Rows, TableWriter
from data.tables import CHECKPOINTS, TABLES


class Draft:
    """What one stage is about to publish. Leaving the ``with`` block unpublished drops the temporary files."""

    def __init__(
        self,
        shelf: Shelf,
        *,
        stage: str,
        stage_key: str,
        run_id: str,
        parents: Sequence[Version | str] = (),
        config: Mapping[str, Any] | None = None,
        prompt_hashes: Sequence[str] = (),
        force: bool = False,
    ) -> None:
        self.run_id = run_id
        self._shelf = shelf
        self._stage = stage
        self._stage_key = stage_key
        self._parents = tuple(parent if isinstance(parent, str) else parent.version_id for parent in parents)
        self._config = dict(config or {})
        self._prompt_hashes = tuple(sorted(set(prompt_hashes)))
        self._force = force
        self._temporary = temporary(shelf.root)
        self._writers: dict[str, TableWriter] = {}
        self._folders: dict[str, Path] = {}
        self._folded: dict[str, tuple[str, ...]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.discard()

    def add(self, table_name: str, rows: Rows) -> None:
        """Add rows of a table, any number of times; an empty list makes it an output. Raises ``StoreError`` on rows that do not fit."""
        if table_name not in TABLES:
            raise StoreError(f"there is no table {table_name}; the tables are {', '.join(TABLES)}")
        with room_for(table_name, self._shelf.root):
            if table_name not in self._writers:
                self._writers[table_name] = TableWriter(table_name, self._temporary)
            self._writers[table_name].add(rows)

    def add_folder(self, table_name: str, path: Path, *, move: bool = False) -> None:
        """Make a folder of files (a checkpoint) an output; ``move`` where the original is not needed again."""
        if table_name != CHECKPOINTS or table_name in self._folders:
            raise StoreError(f"a stage publishes one folder, of {CHECKPOINTS}, not another of {table_name}")
        if not any(path.rglob("*")):
            raise StoreError(f"the checkpoint folder {path} is empty or absent")
        target = self._temporary / table_name
        with room_for(table_name, self._shelf.root):
            if move:
                shutil.move(path, target)
            else:
                shutil.copytree(path, target)
        self._folders[table_name] = target

    def mark_folded(self, table_name: str, paths: Sequence[str]) -> None:
        """Say that the rows of these live files (from the store's root) are in this draft, so that views leave the files out."""
        self._folded[table_name] = (*self._folded.get(table_name, ()), *paths)

    def publish(self) -> Manifest:
        """Make every output visible at once. The first manifest of a stage key wins and is returned, unless the draft is forced."""
        with room_for(f"the outputs of {self._stage}", self._shelf.root):
            outputs = [self._place_table(writer) for writer in self._writers.values()]
            outputs += [self._place_folder(name, folder) for name, folder in self._folders.items()]
        manifest = self._publish(outputs)
        self.discard()
        return manifest

    def discard(self) -> None:
        """Drop the temporary files."""
        for writer in self._writers.values():
            writer.discard()
        shutil.rmtree(self._temporary, ignore_errors=True)

    def _publish(self, outputs: list[Output]) -> Manifest:
        while True:
            free = self._shelf.next_manifest_path(self._stage_key)
            winner = None if self._force else self._shelf.find(self._stage_key)
            if winner is not None:
                return winner
            manifest = self._manifest(outputs)
            if link_bytes(self._shelf.root, free, to_json(manifest)):
                return manifest

    def _manifest(self, outputs: list[Output]) -> Manifest:
        created_at = datetime.now(UTC)
        versions = {output.table_name: self._version(output, created_at) for output in outputs}
        return Manifest(self._stage, self._stage_key, self.run_id, created_at, versions, self._folded)

    def _version(self, output: Output, created_at: datetime) -> Version:
        return Version(
            version_id=output.version_id(self._stage_key),
            table_name=output.table_name,
            stage=self._stage,
            stage_key=self._stage_key,
            run_id=self.run_id,
            content_hash=output.content_hash,
            rows=sum(file.rows for file in output.files),
            bytes=sum(file.size for file in output.files),
            parents=self._parents,
            files=output.files,
            config=self._config,
            prompt_hashes=self._prompt_hashes,
            code_revision=code_revision(),
            created_at=created_at,
            run_ids=output.run_ids,
            reward_parts=output.reward_parts,
            folder=output.folder,
        )

    def _place_table(self, writer: TableWriter) -> Output:
        name = writer.table.name
        files = []
        for part, rows in writer.finish():
            content_hash = sha256(part)
            target = self._shelf.root / "objects" / name / f"{content_hash}.parquet"
            make_folder(target.parent)
            part.replace(target)
            files.append(self._stored(target, content_hash, rows))
        sync_folder(self._shelf.root / "objects" / name)
        return Output(name, tuple(files), tuple(sorted(writer.run_ids)), tuple(sorted(writer.reward_parts)))

    def _place_folder(self, name: str, folder: Path) -> Output:
        paths = sorted(path for path in folder.rglob("*") if path.is_file())
        hashes = {path.relative_to(folder): sha256(path) for path in paths}
        sync_tree(folder)
        content = Output(name, tuple(StoredFile(str(path), 0, content_hash, 0, 0) for path, content_hash in hashes.items()), folder=".")
        target = self._shelf.root / "objects" / name / content.content_hash
        self._install(folder, target)
        files = tuple(self._stored(target / path, content_hash, 0) for path, content_hash in hashes.items())
        return Output(name, files, folder=str(target.relative_to(self._shelf.root)))

    def _install(self, folder: Path, target: Path) -> None:
        make_folder(target.parent)
        try:
            folder.rename(target)
        except OSError:
            if not target.is_dir():
                raise
            target.rename(self._temporary / "replaced")
            folder.rename(target)
        sync_folder(target.parent)

    def _stored(self, path: Path, content_hash: str, rows: int) -> StoredFile:
        stat = path.stat()
        return StoredFile(str(path.relative_to(self._shelf.root)), stat.st_size, content_hash, rows, stat.st_mtime_ns)
