"""``python -m models.teacher.embedded --port 0 --ready-file PATH``: serve on loopback until told to stop."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import uvicorn

from models.teacher.embedded.chaos import Weather, parse_shares
from models.teacher.embedded.faults import FAULTS, TWISTS
from models.teacher.embedded.line import LineProtocol
from models.teacher.embedded.server import create_app

STOP_TIMEOUT_S = 2
"""How long calls under way are waited for once the server is told to stop."""


def main() -> None:
    """Bind, say which port, serve."""
    arguments = read_arguments()
    listener = socket.create_server((arguments.host, arguments.port), backlog=2048)
    port = int(listener.getsockname()[1])
    if arguments.with_parent:
        threading.Thread(target=_end_with_stdin, daemon=True).start()
    sys.stdout.write(f"http://{arguments.host}:{port}/v1\n")
    sys.stdout.flush()
    if arguments.ready_file:
        _write_port(arguments.ready_file, port)
    weather = Weather(arguments.chaos, arguments.chaos_seed, arguments.latency)
    app = create_app(weather if weather != Weather() else None, arguments.require_key)
    config = uvicorn.Config(app, http=LineProtocol, log_level="warning", access_log=False, timeout_graceful_shutdown=STOP_TIMEOUT_S)
    uvicorn.Server(config).run(sockets=[listener])


def read_arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line, or what is given in its place."""
    parser = argparse.ArgumentParser(
        prog="python -m models.teacher.embedded", description="An OpenAI-compatible teacher that looks at pixels."
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--ready-file", type=Path, help="where the bound port is written")
    parser.add_argument("--with-parent", action="store_true", help="end when standard input closes, as it does when the parent dies")
    faults = ", ".join([*FAULTS, *TWISTS])
    parser.add_argument("--chaos", type=_shares, default={}, metavar="FAULT=SHARE,...", help=f"fail some calls: {faults}")
    parser.add_argument("--chaos-seed", type=int, default=0, help="another storm of the same faults")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each reply")
    parser.add_argument("--require-key", type=_key, metavar="VARIABLE", help="answer only who sends the key in this variable of mine")
    return parser.parse_args(given)


def _shares(text: str) -> dict[str, float]:
    try:
        return parse_shares(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _key(variable: str) -> str:
    if not os.environ.get(variable):
        raise argparse.ArgumentTypeError(f"there is no key in the variable {variable}")
    return os.environ[variable]


def _end_with_stdin() -> None:
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def _write_port(path: Path, port: int) -> None:
    part = path.with_name(f"{path.name}.part")
    part.write_text(str(port))
    part.replace(path)


if __name__ == "__main__":
    main()
