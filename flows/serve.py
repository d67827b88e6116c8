"""Serve: the Prefect server, one worker and every deployment, on this machine.

``start`` is idempotent: what is up already stays, deployments are brought up to date. Everything runs detached, logs into
``PREFECT_HOME``, and is ended by ``stop``.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil

from data.store import Store
from flows.environment import PROJECT, Service, answers, prefect_home, prepare, read_service, write_service
from flows.errors import ServiceError
from tasks.child import kill_tree

POOL = "local"
"""The work pool of every deployment in ``prefect.yaml``."""
START_S = 180.0
POLL_S = 0.3
Say = Callable[[str], None]


def start(port: int, say: Say) -> Service:
    """Start what is not up and deploy everything. Raises ``ServiceError``, for example where the port is taken."""
    store = Store.open().root
    os.environ["FOVEA_STORE"] = str(store)
    os.environ.pop("PREFECT_API_URL", None)
    prepare()
    os.environ["FOVEA_PROJECT"] = str(PROJECT)
    prefect_home().mkdir(parents=True, exist_ok=True)
    up = read_service()
    if up is not None and _is_ours(up.server_pid) and up.port != port:
        raise ServiceError(f"a server is up on port {up.port} already; end it with: fovea down")
    server = up.server_pid if up is not None and _is_ours(up.server_pid) and answers(up.url) else _start_server(port, say)
    service = Service(port, server, up.worker_pid if up else 0, str(store))
    write_service(service)
    os.environ["PREFECT_API_URL"] = service.url
    if up is not None and up.store == service.store and _is_ours(up.worker_pid):
        _prefect("--no-prompt", "deploy", "--all")
        return service
    _end(service.worker_pid)
    say("creating the work pool")
    _prefect("work-pool", "create", POOL, "--type", "process", "--overwrite")
    say("starting the worker and deploying every flow")
    worker = _detached("worker", "worker", "start", "--pool", POOL, "--name", "fovea")
    service = Service(port, server, worker, str(store))
    write_service(service)
    _prefect("--no-prompt", "deploy", "--all")
    _wait(lambda: _worker_is_online(service), worker, "the worker", "worker")
    return service


def stop() -> bool:
    """End the worker, the runs it works on, and the server; whether anything was up."""
    service = read_service()
    if service is None:
        return False
    _end(service.worker_pid)
    _end(service.server_pid)
    write_service(None)
    return True


def _start_server(port: int, say: Say) -> int:
    _check_free(port)
    say(f"starting the Prefect server on port {port}")
    server = _detached("server", "server", "start", "--host", "127.0.0.1", "--port", str(port))
    url = f"http://127.0.0.1:{port}/api"
    _wait(lambda: answers(url), server, "the Prefect server", "server")
    return server


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise ServiceError(f"port {port} is taken{_holder(port)}; choose another with: fovea up --port {port + 1}") from error


def _holder(port: int) -> str:
    try:
        found = [one for one in psutil.net_connections("tcp") if one.laddr and one.laddr[1] == port and one.pid]
        return f" by process {found[0].pid} ({psutil.Process(found[0].pid).name()})" if found else ""
    except (psutil.AccessDenied, psutil.NoSuchProcess):
        return ""


def _detached(log: str, *arguments: str) -> int:
    with _log(log).open("ab") as output:
        command = [sys.executable, "-m", "prefect", *arguments]
        started = subprocess.Popen(
            command, cwd=PROJECT, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    return started.pid


def _prefect(*arguments: str) -> None:
    command = [sys.executable, "-m", "prefect", *arguments]
    done = subprocess.run(command, cwd=PROJECT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = " ".join((done.stderr.strip() or done.stdout.strip()).split())[-300:]
        raise ServiceError(f"prefect {' '.join(arguments)} failed: {said}")


def _wait(is_ready: Callable[[], bool], pid: int, what: str, log: str) -> None:
    deadline = time.monotonic() + START_S
    while not is_ready():
        if not _is_ours(pid):
            raise ServiceError(f"{what} ended as it started; see {_log(log)}")
        if time.monotonic() > deadline:
            raise ServiceError(f"{what} did not start within {START_S:.0f} s; see {_log(log)}")
        time.sleep(POLL_S)


def _worker_is_online(service: Service) -> bool:
    import json
    import urllib.request

    request = urllib.request.Request(f"{service.url}/work_pools/{POOL}/workers/filter", b"{}", {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        workers: Sequence[dict[str, str]] = json.load(answer)
    return any(worker["status"] == "ONLINE" for worker in workers)


def _log(name: str) -> Path:
    return prefect_home() / f"{name}.log"


def _is_ours(pid: int) -> bool:
    try:
        process = psutil.Process(pid) if pid else None
        return process is not None and process.status() != psutil.STATUS_ZOMBIE and "prefect" in " ".join(process.cmdline())
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False


def _end(pid: int) -> None:
    if _is_ours(pid):
        kill_tree(psutil.Process(pid))
