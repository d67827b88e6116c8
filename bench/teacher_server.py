"""A teacher that says the same after a fixed time: as little HTTP as a client needs, so that it is not what is measured.

    python -m bench.teacher_server LATENCY_S

Prints its base URL and ends when standard input does.
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
import sys

SAID = "<think>\nThe red circle (12, 34) is left of the blue square (56, 34).\n</think>\n<answer>(12, 34)</answer>"
COMPLETION = {
    "id": "chatcmpl-0",
    "object": "chat.completion",
    "created": 0,
    "model": "canned",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": SAID}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 1000, "completion_tokens": 60, "total_tokens": 1060},
}
LENGTH = re.compile(rb"(?i)content-length: *(\d+)")


def reply(content: object) -> bytes:
    body = json.dumps(content).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


CANNED = reply(COMPLETION)
MODELS = reply({"object": "list", "data": []})


class Canned(asyncio.Protocol):
    """Counts the bytes of each request; looks at nothing but its length."""

    def __init__(self, latency_s: float) -> None:
        self.latency_s = latency_s
        self.head = b""
        self.missing = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        if self.missing:
            self.missing -= len(data)
            if self.missing <= 0:
                self.answer_later()
            return
        self.head += data
        head, end, rest = self.head.partition(b"\r\n\r\n")
        if not end:
            return
        self.head = b""
        if head.startswith(b"GET"):
            self.transport.write(MODELS)
            return
        found = LENGTH.search(head)
        assert found is not None, head
        self.missing = int(found[1]) - len(rest)
        if self.missing <= 0:
            self.answer_later()

    def answer_later(self) -> None:
        self.missing = 0
        asyncio.get_running_loop().call_later(self.latency_s, self.transport.write, CANNED)


async def serve(latency_s: float) -> None:
    loop = asyncio.get_running_loop()
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    server = await loop.create_server(lambda: Canned(latency_s), sock=listener, backlog=2048)
    print(f"http://127.0.0.1:{listener.getsockname()[1]}/v1", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1])))
