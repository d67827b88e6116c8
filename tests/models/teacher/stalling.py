"""A server that stops in the middle, for ever, and sees who hangs up."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from socketserver import StreamRequestHandler, ThreadingTCPServer

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"


@dataclass
class Stalling:
    """What came of its connections."""

    url: str = ""
    hung_up: list[str] = field(default_factory=list)


@contextmanager
def stalling_server(act: str) -> Iterator[Stalling]:
    """``silent`` never answers, ``headers`` sends no more than those, ``trickle`` a byte now and then; GET is answered."""
    seen = Stalling()

    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            head = self._head()
            if not head:
                return
            if head.startswith(b"GET"):
                self.wfile.write(HEAD % 2 + b"{}")
                return
            self.rfile.read(int(head.lower().partition(b"content-length: ")[2].split(b"\r")[0]))
            self.wfile.write(b"" if act == "silent" else HEAD % 1000)
            self.request.settimeout(0.05)
            while not self._is_left():
                if act == "trickle":
                    self.wfile.write(b".")
            seen.hung_up.append(act)

        def _head(self) -> bytes:
            """Empty where the other side left before it was whole."""
            head = b""
            while line := self.rfile.readline():
                if line == b"\r\n":
                    return head
                head += line
            return b""

        def _is_left(self) -> bool:
            try:
                return not len(self.request.recv(1))
            except TimeoutError:
                return False
            except ConnectionError:
                return True

    with ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        seen.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield seen
        finally:
            server.shutdown()
            thread.join()
