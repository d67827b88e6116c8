"""One Prefect server and worker for all end-to-end tests, started as a person starts it, and one smoke run through them."""

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.house import PROJECT, House


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
