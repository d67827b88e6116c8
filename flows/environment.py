"""Environment: what Prefect must be told before it is imported.

``PREFECT_HOME`` (database, logs, the state of ``fovea up``) is the environment's, else ``.prefect`` beside ``prefect.yaml``. Nothing is
sent to anyone. A server started by ``fovea up`` is used when it answers; otherwise Prefect starts one for the run's time.
"""

from __future__ import annotations

import json
import os
import urllib.request
from dataclasses import asdict, dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
STATE = "fovea-up.json"
DEFAULTS = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
    "PREFECT_WORKER_QUERY_SECONDS": "1",
    "PREFECT_SHOW_STARTUP_BANNERS": "false",
}
"""Set where the environment does not say otherwise."""


@dataclass(frozen=True, slots=True)
class Service:
    """What ``fovea up`` started."""

    port: int
    server_pid: int
    worker_pid: int
    store: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api"


def prefect_home() -> Path:
    """The folder of Prefect's database and of ``fovea up``."""
    home = os.environ.get("PREFECT_HOME")
    if home:
        return Path(home).expanduser().absolute()
    return PROJECT / ".prefect" if (PROJECT / "prefect.yaml").exists() else Path.home() / ".fovea" / "prefect"


def prepare(*, quiet: bool = False) -> None:
    """Set the environment for Prefect; with ``quiet`` its log stays out of the terminal. A running server is used when it answers."""
    for name, value in DEFAULTS.items():
        os.environ.setdefault(name, value)
    os.environ["PREFECT_HOME"] = str(prefect_home())
    if quiet:
        os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")
        os.environ.setdefault("PREFECT_LOGGING_LOGGERS_PREFECT_LEVEL", "ERROR")
    service = read_service()
    if "PREFECT_API_URL" not in os.environ and service is not None and answers(service.url):
        os.environ["PREFECT_API_URL"] = service.url


def read_service() -> Service | None:
    """What ``fovea up`` wrote down; None where nothing is up."""
    path = prefect_home() / STATE
    return Service(**json.loads(path.read_bytes())) if path.exists() else None


def write_service(service: Service | None) -> None:
    """Write down what is up; None forgets it."""
    path = prefect_home() / STATE
    if service is None:
        path.unlink(missing_ok=True)
        return
    part = path.with_suffix(".part")
    part.write_text(json.dumps(asdict(service)))
    part.replace(path)


def answers(url: str, timeout_s: float = 2.0) -> bool:
    """Whether a Prefect server answers there."""
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=timeout_s) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
