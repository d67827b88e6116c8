"""``python -m models.teacher.embedded --port 0 --ready-file PATH``: serve on loopback until told to stop."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys
import threading
from pathlib import Path

import uvicorn

from models.teacher.embedded.server import create_app


def main() -> None:
    """Bind, say which port, serve."""
    arguments = _arguments()
    listener = socket.create_server((arguments.host, arguments.port), backlog=2048)
    port = int(listener.getsockname()[1])
    if arguments.with_parent:
        threading.Thread(target=_end_with_stdin, daemon=True).start()
    sys.stdout.write(f"http://{arguments.host}:{port}/v1\n")
    sys.stdout.flush()
    if arguments.ready_file:
        _write_port(arguments.ready_file, port)
    uvicorn.Server(uvicorn.Config(create_app(), log_level="warning", access_log=False)).run(sockets=[listener])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m models.teacher.embedded", description="An OpenAI-compatible teacher that looks at pixels."
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--ready-file", type=Path, help="where the bound port is written")
    parser.add_argument("--with-parent", action="store_true", help="end when standard input closes, as it does when the parent dies")
    return parser.parse_args()


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
