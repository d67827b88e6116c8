"""Manifest: what one stage published, in one JSON file.

A *version* is one output table (or checkpoint folder) of a manifest: immutable, its id a hash of table name, content and stage key.
Manifests are ``manifests/<stage_key>.<attempt>.json``; a forced rerun publishes the next attempt beside the earlier ones.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from data.identity import DIGEST_CHARACTERS, Kind, canonical_json, digest
from data.tables import CHECKPOINTS


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of a version: its path from the store's root, bytes, SHA-256, rows, and modification time when published."""

    path: str
    size: int
    sha256: str
    rows: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Version:
    """One immutable table or checkpoint, for example ``ver_0c5f...`` of ``samples``."""

    version_id: str
    table_name: str
    stage: str
    stage_key: str
    run_id: str
    content_hash: str
    rows: int
    bytes: int
    parents: tuple[str, ...]
    files: tuple[StoredFile, ...]
    config: dict[str, Any]
    prompt_hashes: tuple[str, ...]
    code_revision: str | None
    created_at: datetime
    run_ids: tuple[str, ...] = ()
    """Values of the table's ``run_id`` column."""
    reward_parts: tuple[str, ...] = ()
    """Keys of the table's ``rewards`` column."""
    folder: str | None = None
    """Of a checkpoint: its folder, from the store's root."""


@dataclass(frozen=True, slots=True)
class Output:
    """One output of a draft on its way to become a version."""

    table_name: str
    files: tuple[StoredFile, ...]
    run_ids: tuple[str, ...] = ()
    reward_parts: tuple[str, ...] = ()
    folder: str | None = None

    @property
    def content_hash(self) -> str:
        names = [file.path.removeprefix(f"{self.folder}/") for file in self.files] if self.folder else []
        return digest(self.table_name, [file.sha256 for file in self.files], names)

    def version_id(self, stage_key: str) -> str:
        kind = Kind.CHECKPOINT if self.table_name == CHECKPOINTS else Kind.VERSION
        return f"{kind}_{digest(self.table_name, self.content_hash, stage_key)[:DIGEST_CHARACTERS]}"


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything one stage published at once."""

    stage: str
    stage_key: str
    run_id: str
    created_at: datetime
    outputs: dict[str, Version]
    folded: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By live table, the live files whose rows the versions hold, from the store's root."""


def to_json(manifest: Manifest) -> bytes:
    """The bytes of a manifest's file."""
    content = asdict(manifest)
    content["created_at"] = manifest.created_at.isoformat()
    for version in content["outputs"].values():
        version["created_at"] = version["created_at"].isoformat()
    return canonical_json(content).encode()


def from_json(content: dict[str, Any]) -> Manifest:
    """The manifest of a file's JSON."""
    return Manifest(
        stage=content["stage"],
        stage_key=content["stage_key"],
        run_id=content["run_id"],
        created_at=datetime.fromisoformat(content["created_at"]),
        outputs={name: _version(version) for name, version in content["outputs"].items()},
        folded={name: tuple(paths) for name, paths in content["folded"].items()},
    )


def _version(content: dict[str, Any]) -> Version:
    sequences = ("parents", "prompt_hashes", "run_ids", "reward_parts")
    fields: dict[str, Any] = content | {name: tuple(content[name]) for name in sequences}
    fields["files"] = tuple(StoredFile(**file) for file in content["files"])
    fields["created_at"] = datetime.fromisoformat(content["created_at"])
    return Version(**fields)
