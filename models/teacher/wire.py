"""Wire: requests to one OpenAI-compatible endpoint, over aiohttp.

What the endpoint is asked and what it says is JSON that others write and read; here are addresses, the key, time limits and errors. A
request ends in time whatever the server does, and one that is broken off closes its connection.
"""

from __future__ import annotations

import email.utils
import json
import time
from collections.abc import Mapping
from http import HTTPStatus
from types import TracebackType
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp

CONNECT_TIMEOUT_S = 10.0
KEPT_S = 4.0
"""How long an idle connection is kept: servers that use uvicorn close theirs after 5 seconds, and a request may cross with that."""
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
LONGEST_WAIT_S = 300.0
"""The most that a ``Retry-After`` is heeded."""


class WireError(Exception):
    """A request without a reply that can be used; the base of what an attempt ends with."""


class StatusError(WireError):
    """A reply whose status is 400 or above."""

    def __init__(self, status: int, said: str, headers: Mapping[str, str]) -> None:
        name = HTTPStatus(status).phrase if status in set(HTTPStatus) else "unknown status"
        super().__init__(f"{status} {name}: {said}")
        self.status = status
        self.wait_s = retry_after(headers)


class ConnectionFailedError(WireError):
    """No connection, or one that was lost before the reply was whole."""


class LateReplyError(WireError):
    """A reply that was not there, whole, in time."""


class MalformedReplyError(WireError):
    """A reply that is no chat completion."""


class Wire:
    """A pool of connections to an endpoint; an async context manager."""

    def __init__(self, base_url: str, key: str) -> None:
        self._base_url = base_url.rstrip("/")
        self._headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if key:
            self._headers["Authorization"] = f"Bearer {key}"

    async def __aenter__(self) -> Wire:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEPT_S),
            headers=self._headers,
            proxy=proxy_for(self._base_url),
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._session.close()

    async def get(self, path: str, timeout_s: float) -> bytes:
        """The reply to GET."""
        return await self._request("GET", path, None, timeout_s)

    async def post(self, path: str, body: bytes, timeout_s: float) -> bytes:
        """The reply to POST. Raises ``StatusError``, ``LateReplyError`` and ``ConnectionFailedError``."""
        return await self._request("POST", path, body, timeout_s)

    async def _request(self, method: str, path: str, body: bytes | None, timeout_s: float) -> bytes:
        timeout = aiohttp.ClientTimeout(total=timeout_s, sock_connect=min(CONNECT_TIMEOUT_S, timeout_s))
        try:
            async with self._session.request(method, self._base_url + path, data=body, timeout=timeout) as response:
                content = await response.read()
                if response.status >= 400:
                    raise StatusError(response.status, _message(content) or str(response.reason), response.headers)
                return content
        except aiohttp.ConnectionTimeoutError:
            raise ConnectionFailedError(f"no connection within {timeout.sock_connect:g} s") from None
        except TimeoutError:
            raise LateReplyError(f"no whole reply within {timeout_s:g} s") from None
        except (aiohttp.ClientError, OSError) as error:
            raise ConnectionFailedError(f"{type(error).__name__}: {error}") from None


def proxy_for(base_url: str) -> str | None:
    """The proxy of the environment that leads to the endpoint; none leads to this machine itself."""
    address = urlsplit(base_url)
    host = address.hostname or ""
    return None if host in LOOPBACK or proxy_bypass(host) else getproxies().get(address.scheme)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that ``Retry-After`` or ``Retry-After-Ms`` asks for, if it does."""
    milliseconds, value = headers.get("retry-after-ms"), headers.get("retry-after")
    try:
        if milliseconds is not None:
            return min(max(0.0, float(milliseconds) / 1000), LONGEST_WAIT_S)
        if value is None:
            return None
        moment = None if value.strip().replace(".", "", 1).isdigit() else email.utils.parsedate_to_datetime(value).timestamp()
        return min(max(float(value) if moment is None else moment - time.time(), 0.0), LONGEST_WAIT_S)
    except ValueError:
        return None


def _message(content: bytes) -> str:
    """What an error's body says, in OpenAI's form or any other."""
    text = content.decode(errors="replace").strip()
    try:
        error = json.loads(text)["error"]
    except (ValueError, KeyError, TypeError):
        return text
    return str(error.get("message", error)) if isinstance(error, dict) else str(error)
