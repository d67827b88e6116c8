"""Door: what every request passes first. It counts completions asked for and, where there is a key, lets nobody in without it."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from models.teacher.embedded.errors import RequestError
from models.teacher.embedded.tally import Tally

COMPLETIONS = "/v1/chat/completions"
OPEN = "/v1/fovea/"
"""What needs no key."""


class Door:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, tally: Tally, key: str | None) -> None:
        self._app = app
        self._tally = tally
        self._key = key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._tally.calls += is_completion(scope)
        if self._lets_in(scope):
            await self._app(scope, receive, send)
            return
        error = RequestError("Incorrect API key provided.", status=401, code="invalid_api_key")
        await JSONResponse(error.body(), status_code=error.status)(scope, receive, send)

    def _lets_in(self, scope: Scope) -> bool:
        if self._key is None or scope["type"] != "http" or scope["path"].startswith(OPEN):
            return True
        return authorization(scope) == f"Bearer {self._key}"


def is_completion(scope: Scope) -> bool:
    """Whether a request asks for a completion."""
    return bool(scope["type"] == "http" and scope["method"] == "POST" and scope["path"] == COMPLETIONS)


def authorization(scope: Scope) -> str:
    """The header of that name, empty where there is none."""
    return Headers(scope=scope).get("authorization", "")
