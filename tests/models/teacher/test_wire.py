import asyncio
import email.utils
import socket
import time
from collections.abc import Iterator

import pytest

from models.teacher import wire
from models.teacher.wire import LONGEST_WAIT_S, ConnectionFailedError, Wire, retry_after


@pytest.fixture
def full_port() -> Iterator[int]:
    """A port whose connections are never taken."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]
        for one in waiting:
            one.close()


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "99999"}, LONGEST_WAIT_S),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after-ms": "-250"}, 0.0),
        ({"retry-after-ms": "nan"}, 0.0),
    ],
)
def test_the_time_to_come_back_is_read_or_left(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


def test_a_date_is_so_many_seconds_from_now() -> None:
    wait = retry_after({"retry-after": email.utils.formatdate(time.time() + 200, usegmt=True)})
    assert wait is not None
    assert 100 < wait <= 200


def test_a_server_that_takes_no_connection_is_no_late_reply(monkeypatch: pytest.MonkeyPatch, full_port: int) -> None:
    monkeypatch.setattr(wire, "CONNECT_TIMEOUT_S", 0.2)

    async def ask() -> bytes:
        async with Wire(f"http://127.0.0.1:{full_port}", "key") as connections:
            return await connections.post("/chat/completions", b"{}", 60.0)

    with pytest.raises(ConnectionFailedError, match=r"no connection within 0\.2 s"):
        asyncio.run(ask())
