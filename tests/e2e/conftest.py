"""One Prefect server and worker for all end-to-end tests, started as a person starts it, and one smoke run through them."""

import json
import os
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from data.store import Store

FOVEA = [sys.executable, "-c", "from flows.cli import main; main()"]
PROJECT = Path(__file__).resolve().parents[2]
STAGE = "from flows.environment import prepare; prepare(quiet=True); import sys; from flows.stages import FLOWS; FLOWS[sys.argv[1]](recipe='smoke')"
TIMEOUT_S = 280


@dataclass(frozen=True)
class House:
    """A store and the environment in which programs use it."""

    store: Path
    environment: Mapping[str, str]
    api: str = ""
    extra: list[str] = field(default_factory=list)

    def fovea(self, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        return self.run([*FOVEA, *arguments], **options)

    def prefect(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run([sys.executable, "-m", "prefect", *arguments])

    def run(self, command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, env=dict(self.environment), cwd=PROJECT, capture_output=True, text=True, timeout=TIMEOUT_S, check=False, **options
        )

    def stage(self, stage: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", STAGE, stage]
        nothing = subprocess.DEVNULL
        return subprocess.Popen(command, env=dict(self.environment), cwd=PROJECT, stdin=nothing, stdout=nothing, stderr=subprocess.PIPE)

    def ask(self, path: str) -> Any:
        request = urllib.request.Request(f"{self.api}/{path}", b"{}", {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def opened(self) -> Store:
        return Store.open(self.store)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Everything up, on a free port."""
    folder = tmp_path_factory.mktemp("house")
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "PYTEST_", "FOVEA_"))}
    environment |= {"FOVEA_STORE": str(folder / "store"), "PREFECT_HOME": str(folder / "prefect"), "PYTHONPATH": str(PROJECT)}
    bare = House(folder / "store", environment)
    started = bare.fovea("up", "--port", str(port))
    assert started.returncode == 0, started.stderr
    api = f"http://127.0.0.1:{port}/api"
    yield House(folder / "store", environment | {"PREFECT_API_URL": api}, api)
    assert bare.fovea("down").returncode == 0


@pytest.fixture(scope="session")
def ran(house: House) -> House:
    """The house after the deployment ``pipeline/smoke``."""
    done = house.prefect("deployment", "run", "pipeline/smoke", "--watch", "--watch-interval", "1")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return house


@pytest.fixture
def copied(ran: House, tmp_path: Path) -> Callable[[], House]:
    """Makes a house with a copy of the store, on the same server."""

    def copy() -> House:
        store = tmp_path / "store"
        shutil.copytree(ran.store, store)
        return House(store, {**ran.environment, "FOVEA_STORE": str(store)}, ran.api)

    return copy
