"""Breaker: stops asking an endpoint that is down.

*Down* is a try that found no connection, no reply in time, or a status of 500 and above. After so many of them in a row, whatever calls
they were of, the breaker is *open*: one call at a time tries whether the endpoint is back, after pauses that double, and all others wait.
When it has been down for longer than ``patience_s`` it is *lost*.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 15.0


class LostError(Exception):
    """The endpoint was down for too long; the text says since when, and what it said last."""


class Breaker:
    """Watches the tries of all calls to one endpoint; lives in one event loop."""

    def __init__(self, limit: int, patience_s: float, describe: Callable[[Exception], str | None]) -> None:
        """``describe`` says in words how an error means that the endpoint is down, and None for another error."""
        self._limit = limit
        self._patience_s = patience_s
        self._describe = describe
        self._failures = 0
        self._since: tuple[float, datetime] | None = None
        self._said = ""
        self._pause_s = FIRST_PAUSE_S
        self._is_tried = self._is_lost = False
        self._changed = asyncio.Event()

    @property
    def is_open(self) -> bool:
        """Whether only one call at a time goes through."""
        return self._failures >= self._limit

    def attempt(self) -> Attempt:
        """A context that lets one try through and sees how it ends; entering raises ``LostError`` where the endpoint is lost."""
        return Attempt(self)

    async def admit(self) -> bool:
        """Wait while the breaker is open; true for the one whose turn it is to try. Raises ``LostError``."""
        while self.is_open:
            if self._is_lost:
                raise LostError(self._sentence())
            if not self._is_tried:
                await self._pause()
                return True
            await self._changed.wait()
        return False

    def see(self, error: BaseException | None, *, is_trial: bool) -> None:
        """How a try ended; one that was cancelled says nothing of the endpoint."""
        if error is None or isinstance(error, Exception):
            self._count(self._describe(error) if error is not None else None, is_trial=is_trial)
        if is_trial:
            self._is_tried = False
            self._tell()

    async def _pause(self) -> None:
        self._is_tried = True
        try:
            await asyncio.sleep(self._pause_s)
        except asyncio.CancelledError:
            self._is_tried = False
            self._tell()
            raise

    def _count(self, said: str | None, *, is_trial: bool) -> None:
        if said is None:
            if self.is_open:
                self._tell()
            self._failures, self._since, self._pause_s = 0, None, FIRST_PAUSE_S
            return
        self._failures += 1
        self._since = self._since or (time.monotonic(), datetime.now(UTC))
        self._said = said
        if is_trial:
            self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)
            self._is_lost = time.monotonic() - self._since[0] >= self._patience_s

    def _sentence(self) -> str:
        since = f"{self._since[1]:%Y-%m-%d %H:%M:%S} UTC" if self._since else "now"
        return f"is down since {since}: {self._failures} tries in a row failed, the last with {self._said}"

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


class Attempt:
    """One try, from when it is let through to its end."""

    def __init__(self, breaker: Breaker) -> None:
        self._breaker = breaker

    async def __aenter__(self) -> None:
        self._is_trial = await self._breaker.admit()

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._breaker.see(error, is_trial=self._is_trial)
