"""Files: how the store writes and checks them.

A file becomes visible by one rename (or link) after its bytes and its folder are on disk, so a reader sees all of it or nothing.
Temporary files live in ``<store>/tmp/<host>-<pid>-<ulid>`` and never end in ``.parquet``; those of dead processes are swept.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ulid import ULID

from data.store.errors import StoreError

FULL = {errno.ENOSPC: "the disk is full", errno.EDQUOT: "the disk quota is used up", errno.EFBIG: "a file reached its size limit"}
"""Errors of writing that mean there is no room."""


@contextmanager
def room_for(what: str, root: Path) -> Iterator[None]:
    """Turn an error of writing that means there is no room into a ``StoreError`` that names the store."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise StoreError(f"cannot write {what} to the store {root}: {FULL[error.errno]}; what was published before is untouched") from error


def temporary(root: Path) -> Path:
    """A fresh folder below ``<store>/tmp`` that belongs to this process."""
    folder = root / "tmp" / f"{_host()}-{os.getpid()}-{ULID()}"
    folder.mkdir(parents=True)
    return folder


def sweep(root: Path) -> None:
    """Remove the temporary folders that processes of this machine left when they died."""
    for folder in (root / "tmp").glob(f"{_host()}-*"):
        pid = folder.name.removeprefix(f"{_host()}-").split("-")[0]
        if pid.isdigit() and not _is_alive(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)


def sync_file(path: Path) -> None:
    """Wait until the bytes of a file are on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(path: Path) -> None:
    """Wait until the names in a folder are on disk."""
    sync_file(path)


def sync_tree(folder: Path) -> None:
    """Wait until a folder, and all that is in it, is on disk."""
    for path in folder.rglob("*"):
        sync_file(path)
    sync_folder(folder)


def make_folder(path: Path) -> None:
    """Create a folder and its parents so that their names are on disk."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    path.mkdir(parents=True, exist_ok=True)
    for folder in missing:
        sync_folder(folder.parent)


@contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """A file beside ``path`` to write to, which takes the place of ``path`` at the end of the block, whole and on disk; after an error
    ``path`` is as it was.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    make_folder(path.parent)
    try:
        yield part
        sync_file(part)
        part.replace(path)
        sync_folder(path.parent)
    finally:
        part.unlink(missing_ok=True)


def write_bytes(root: Path, path: Path, content: bytes) -> None:
    """Put a whole file in place, replacing what was there."""
    with room_for(path.name, root):
        make_folder(path.parent)
        folder = temporary(root)
        try:
            part = _synced(folder / "part", content)
            part.replace(path)
            sync_folder(path.parent)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def link_bytes(root: Path, path: Path, content: bytes) -> bool:
    """Put a whole file in place unless one is there; whether this call did it."""
    with room_for(path.name, root):
        make_folder(path.parent)
        folder = temporary(root)
        try:
            os.link(_synced(folder / "part", content), path)
            sync_folder(path.parent)
        except FileExistsError:
            return False
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    return True


def place_whole(part: Path, output: Path) -> None:
    """Let a finished folder appear at its place by one rename."""
    sync_tree(part)
    make_folder(output.parent)
    part.rename(output)
    sync_folder(output.parent)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder against other processes and threads that ask for the same; a killed process lets go of it."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def write_all(descriptor: int, content: bytes) -> None:
    """Write every byte; the system may take fewer at a time."""
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]


def sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, 64 hexadecimal characters."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _synced(path: Path, content: bytes) -> Path:
    with path.open("wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    return path


def _host() -> str:
    return socket.gethostname().replace("-", "_")


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
