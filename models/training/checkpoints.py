"""Checkpoints: where a training goes on after it was killed.

A checkpoint is a folder ``checkpoint-<step>`` that the trainer wrote. A *seal*, written last, makes it whole: what is without one never
counts. The trained model appears in its output folder by one rename.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.store.files import replaced, sync_folder, sync_tree
from models.training.errors import TrainingError

SEAL = "sealed.json"
PREFIX = "checkpoint-"


@dataclass(frozen=True, slots=True)
class Seal:
    """What is known of a whole checkpoint."""

    step: int
    fingerprint: str
    """Of the job that made it."""
    state: dict[str, Any]
    """What the sampler keeps beside the tables."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A whole checkpoint."""

    path: Path
    seal: Seal


def seal_checkpoint(folder: Path, seal: Seal) -> None:
    """Make a checkpoint whole: its files are on disk before the seal is."""
    sync_tree(folder)
    with replaced(folder / SEAL) as part:
        part.write_text(json.dumps({"step": seal.step, "fingerprint": seal.fingerprint, "state": seal.state}))
    sync_folder(folder.parent)


def newest_checkpoint(work: Path, fingerprint: str) -> Checkpoint | None:
    """The newest whole checkpoint. Raises ``TrainingError`` where another job made it."""
    found = [Checkpoint(path.parent, _read_seal(path)) for path in work.glob(f"{PREFIX}*/{SEAL}")]
    newest = max(found, key=lambda checkpoint: checkpoint.seal.step, default=None)
    if newest is not None and newest.seal.fingerprint != fingerprint:
        raise TrainingError(
            f"{newest.path} is of another job (its fingerprint is {newest.seal.fingerprint[:12]}, not {fingerprint[:12]}); use another run"
        )
    return newest


def remove_unsealed(work: Path) -> None:
    """Remove the checkpoints that were cut short."""
    for path in work.glob(f"{PREFIX}*"):
        if not (path / SEAL).exists():
            shutil.rmtree(path)


def _read_seal(path: Path) -> Seal:
    return Seal(**json.loads(path.read_bytes()))
