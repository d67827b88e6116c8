"""A teacher that misbehaves as it is told to, behind real HTTP."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Chaos:
    """What the next calls are answered with (then ``ok``), and what came; what begins with ``<`` is said as it is."""

    script: list[str] = field(default_factory=list)
    url: str = ""
    calls: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    most_at_once: int = 0
    at_once: int = 0
    delay_s: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)
    is_stopped: bool = False
    stop: Callable[[], None] = lambda: None


def completion(text: str | None, finish_reason: str = "stop") -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": finish_reason}
    usage = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}
    return {"id": "x", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice], "usage": usage}


@contextmanager
def chaotic_teacher(*script: str) -> Iterator[Chaos]:
    chaos = Chaos(list(script))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            if chaos.is_stopped:
                self.close_connection = True
            else:
                self._send(200, {"object": "list", "data": []})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            with chaos.lock:
                chaos.calls.append(body)
                chaos.times.append(time.monotonic())
                chaos.keys.append(self.headers["authorization"])
                chaos.at_once += 1
                chaos.most_at_once = max(chaos.most_at_once, chaos.at_once)
                act = chaos.script.pop(0) if chaos.script else "ok"
            time.sleep(chaos.delay_s)
            with chaos.lock:
                chaos.at_once -= 1
            self._act(act)

        def _act(self, act: str) -> None:
            if act == "drop" or chaos.is_stopped:
                self.close_connection = True
            elif act.isdigit():
                error = {
                    "error": {"message": f"no, and your {self.headers['authorization']} is noted", "type": "x", "param": None, "code": None}
                }
                self._send(int(act), error, {"Retry-After": "1"} if act == "429" else {})
            elif act == "malformed":
                self._raw(200, b'{"choices": [', {})
            elif act == "no choices":
                self._send(200, completion("x") | {"choices": []})
            elif act == "cut":
                self._send(200, completion("<think>\nIt is", "length"))
            elif act == "echo":
                self._send(200, completion(f"<answer>(3, 4)</answer> by your {self.headers['authorization']}"))
            elif act == "uncounted":
                self._send(200, completion("<answer>(3, 4)</answer>") | {"usage": None})
            elif act == "empty":
                self._send(200, completion(None))
            elif act.startswith("<"):
                self._send(200, completion(act))
            else:
                self._send(200, completion("<think>\nIt is at (3, 4).\n</think>\n<answer>(3, 4)</answer>"))

        def _send(self, status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> None:
            self._raw(status, json.dumps(body).encode(), headers or {})

        def _raw(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    chaos.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()

    def stop() -> None:
        chaos.is_stopped = True
        server.shutdown()
        thread.join()
        server.server_close()

    chaos.stop = stop
    try:
        yield chaos
    finally:
        stop()
