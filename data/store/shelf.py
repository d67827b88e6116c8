"""Shelf: the manifests of a store, and whether the files they name are still as they were published.

What exists is what manifests say. A reader checks a file's size and SHA-256 once per process. A file of ``LARGE_BYTES`` or more whose
size and modification time are still those of its publication is taken as whole without reading it.
"""

from __future__ import annotations

import json
from pathlib import Path

from data.store.files import sha256
from data.store.manifest import Manifest, StoredFile, Version, from_json

LARGE_BYTES = 256 << 20

_verified: set[tuple[str, int, int, str]] = set()
"""Path, size, modification time and SHA-256 of files that this process has read and found whole."""


class Shelf:
    """Finds what was published below a root."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self._manifests: dict[str, Manifest] = {}

    def manifests(self) -> list[Manifest]:
        """All that was published, oldest first."""
        for path in (self.root / "manifests").glob("*.json"):
            if path.name not in self._manifests:
                self._manifests[path.name] = from_json(json.loads(path.read_bytes()))
        return [manifest for _, manifest in sorted(self._manifests.items(), key=lambda item: (item[1].created_at, item[0]))]

    def find(self, stage_key: str) -> Manifest | None:
        """What the stage key published last, its files verified; None where there is nothing or it is damaged."""
        made = [manifest for manifest in self.manifests() if manifest.stage_key == stage_key]
        return next((manifest for manifest in reversed(made) if self.is_whole(manifest)), None)

    def has_files(self, version: Version) -> bool:
        """Whether the version's files are there with their sizes; unlike ``is_whole``, without reading them."""
        paths = [(self.root / file.path, file.size) for file in version.files]
        return all(path.is_file() and path.stat().st_size == size for path, size in paths)

    def is_whole(self, manifest: Manifest) -> bool:
        """Whether every file of every output is there with its size and SHA-256."""
        return not any(self.damage(file) for version in manifest.outputs.values() for file in version.files)

    def next_manifest_path(self, stage_key: str) -> Path:
        """Where the stage key's next manifest goes."""
        folder = self.root / "manifests"
        taken = [int(path.stem.removeprefix(f"{stage_key}.")) for path in folder.glob(f"{stage_key}.*.json")]
        return folder / f"{stage_key}.{max(taken, default=0) + 1}.json"

    def damage(self, file: StoredFile) -> str | None:
        """What is wrong with a file; None where it is as it was published."""
        path = self.root / file.path
        if not path.is_file():
            return "it is missing"
        stat = path.stat()
        if stat.st_size != file.size:
            return f"it has {stat.st_size} bytes, not {file.size}"
        if file.size >= LARGE_BYTES and stat.st_mtime_ns == file.mtime_ns:
            return None
        mark = (str(path), stat.st_size, stat.st_mtime_ns, file.sha256)
        if mark not in _verified:
            if sha256(path) != file.sha256:
                return "its SHA-256 is not the one that was published"
            _verified.add(mark)
        return None
