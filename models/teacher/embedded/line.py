"""Line: the connection of one request, on which to reply, to reply badly, or to hang up."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from starlette.types import Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

TRANSPORT = "transport"


class LineProtocol(H11Protocol):
    """HTTP by uvicorn, with each connection's transport in ``scope["state"]``, where an application can reach it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, TRANSPORT: transport}


class Line:
    """One request, its body read."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, body: bytes) -> None:
        self.scope = scope
        self.send = send
        self.body = body
        self._receive = receive
        self._is_read = False

    @classmethod
    async def take(cls, scope: Scope, receive: Receive, send: Send) -> Line:
        """The line of a request, once all of the request is here."""
        body, message = b"", await receive()
        while message["type"] == "http.request":
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
            message = await receive()
        return cls(scope, receive, send, body)

    async def receive(self) -> Message:
        """The request again, for the next application."""
        if self._is_read:
            return await self._receive()
        self._is_read = True
        return {"type": "http.request", "body": self.body, "more_body": False}

    async def start(self, status: int, headers: Mapping[str, str]) -> None:
        """Send a status and headers."""
        named = {"content-type": "application/json", **headers}
        encoded = [(name.lower().encode(), value.encode()) for name, value in named.items()]
        await self.send({"type": "http.response.start", "status": status, "headers": encoded})

    async def say(self, body: bytes, *, more: bool = False) -> None:
        """Send a part of the body, the last unless there is ``more``."""
        await self.send({"type": "http.response.body", "body": body, "more_body": more})

    async def reply(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        """Send a whole reply."""
        await self.start(status, {"content-length": str(len(body)), **(headers or {})})
        await self.say(body)

    async def until_left(self) -> None:
        """Wait until the caller closes the connection, or it is closed here."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def is_left_within(self, seconds: float) -> bool:
        """Wait that long; whether the caller went away in the meantime."""
        try:
            await asyncio.wait_for(self.until_left(), seconds)
        except TimeoutError:
            return False
        return True

    async def hang_up(self) -> None:
        """Close the connection once what was said is sent."""
        self.scope["state"][TRANSPORT].close()
        await self.until_left()
