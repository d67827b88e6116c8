"""Stages: processes of the generate stage, one after the other, forked from one that has imported everything, to be killed at will."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil

from tests.e2e.house import PROJECT, House

POLL_S = 0.01
PARENT = """
import json, os, sys
import prefect.flow_engine, tasks.generate
from flows.stages import FLOWS
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        os.dup2(2, 1)
        store, overrides = json.loads(line)
        os.environ["FOVEA_STORE"] = store
        FLOWS["generate"](recipe="smoke", overrides=overrides)
        break
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class Stages:
    """Starts the stage on a store and waits for its end, or kills it; a context manager."""

    def __init__(self, house: House, log: Path, environment: Mapping[str, str]) -> None:
        """``log`` gets all that the stages print, and they print all they know."""
        self._log = log
        self._environment = {**house.environment, **environment, "PREFECT_LOGGING_LEVEL": "DEBUG"}
        self._child = 0

    def __enter__(self) -> Self:
        command = [sys.executable, "-c", PARENT]
        with self._log.open("wb") as output:
            self._parent = subprocess.Popen(
                command, env=self._environment, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=output, text=True
            )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._parent.communicate(timeout=180)

    def start(self, store: Path, overrides: Mapping[str, Any]) -> None:
        """Run the stage with the recipe ``smoke``."""
        assert self._parent.stdin is not None
        self._parent.stdin.write(f"{json.dumps([str(store), overrides])}\n")
        self._parent.stdin.flush()
        self._child = self._read()

    def wait(self) -> int:
        """The exit code of the stage, negative for a signal."""
        return self._read()

    def kill_when(self, is_time: Callable[[], bool]) -> None:
        """Kill the stage when it is time. Fails where it came to its end before."""
        while not is_time():
            assert psutil.pid_exists(self._child), self.said()[-2000:]
            time.sleep(POLL_S)
        os.kill(self._child, signal.SIGKILL)
        assert self.wait() == -signal.SIGKILL

    def said(self) -> str:
        """What the stages printed so far."""
        return self._log.read_text()

    def _read(self) -> int:
        assert self._parent.stdout is not None
        return int(self._parent.stdout.readline())


def counts(url: str) -> dict[str, int]:
    """What a teacher counted."""
    with urllib.request.urlopen(f"{url}/fovea/calls", timeout=60) as answer:
        counted: dict[str, int] = json.load(answer)
    return counted
