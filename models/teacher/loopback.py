"""Loopback: the embedded teacher as a process of its own, for as long as it is needed."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models.teacher.errors import TeacherUnreachableError

START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 5.0
POLL_S = 0.02


@contextmanager
def start_embedded(*options: str) -> Iterator[str]:
    """Start the embedded teacher on a free port and yield its base URL; it ends with the block, or with this process if that is killed.

    ``options`` are further options of its command line, such as ``--chaos``, ``500=0.1``.
    """
    with tempfile.TemporaryDirectory(prefix="fovea-teacher-") as folder:
        ready, log = Path(folder) / "port", Path(folder) / "log"
        command = [sys.executable, "-m", "models.teacher.embedded", "--port", "0", "--ready-file", str(ready), "--with-parent", *options]
        with log.open("wb") as output:
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=output, stderr=output)
        try:
            yield f"http://127.0.0.1:{_wait(process, ready, log)}/v1"
        finally:
            _stop(process)


def _wait(process: subprocess.Popen[bytes], ready: Path, log: Path) -> int:
    deadline = time.monotonic() + START_TIMEOUT_S
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            said = log.read_text(errors="replace").strip().rpartition("\n")[2]
            raise TeacherUnreachableError(f"the embedded teacher did not start (exit code {process.poll()}): {said}")
        time.sleep(POLL_S)
    return int(ready.read_text())


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()
    process.terminate()
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
