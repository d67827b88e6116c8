"""Pace: how fast requests are sent.

Two limits are fixed, requests and tokens per minute. A third is learnt: where the server says of many requests that it is busy, all
callers wait for as long as it asks, then go on at half the rate at which they went; the rate recovers by a share of that rate each second
until it is twice what it was, when the limit is lifted (additive increase, multiplicative decrease, as TCP does it). Where it says so of
a few, these wait alone: some servers refuse a share of requests however slowly they come.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque

from aiolimiter import AsyncLimiter

TOLERATED = 1 / 3
"""Share of the latest replies that may say that the server is busy without slowing down the others."""
LATEST = 64
"""Replies that this share is taken of."""
CUT = 0.5
"""Share of the rate that is left after the server was busy."""
RECOVERY_PER_S = 0.05
"""Share of the rate before the cut that is won back each second."""
LIFTED_AT = 2.0
"""Times the rate before the cut at which the limit is lifted."""
SLOWEST = 0.5
"""Requests per second below which no cut goes."""
WINDOW_S = 5.0
"""The time over which the present rate is measured."""
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 20.0
"""Where the server does not say how long: the first pause, and the longest, of pauses that double."""
TOKEN_BURST_S = 10.0
"""Seconds' worth of tokens that may be sent at once."""


class Pace:
    """Lets requests go at a rate that the server bears; lives in one event loop."""

    def __init__(self, requests_per_minute: float | None = None, tokens_per_minute: float | None = None) -> None:
        self._requests = _limiter(requests_per_minute, 1.0) if requests_per_minute else None
        self._tokens = _limiter(tokens_per_minute, TOKEN_BURST_S) if tokens_per_minute else None
        self._debt = 0.0
        self._learnt = Throttle()

    async def turn(self, tokens: float) -> float:
        """Wait until a request that is taken to cost so many tokens may be sent; returns when, for ``busy``."""
        if self._tokens is not None:
            owed = max(0.0, tokens + self._debt)
            drawn = min(owed, self._tokens.max_rate)
            self._debt += tokens - drawn
            await self._tokens.acquire(drawn)
        if self._requests is not None:
            await self._requests.acquire()
        return await self._learnt.turn()

    def answered(self, tokens: float, taken: float) -> None:
        """Count the tokens that a request did cost beyond those it was taken to cost."""
        self._debt += tokens - taken
        self._learnt.answered()

    def busy(self, sent: float, wait_s: float | None) -> None:
        """The server has no room for a request that was sent then, and asks for so many seconds."""
        self._learnt.busy(sent, wait_s)


class Throttle:
    """The limit that is learnt."""

    def __init__(self) -> None:
        self._sent: deque[float] = deque()
        self._refused: deque[bool] = deque(maxlen=LATEST)
        self._next = self._opens = 0.0
        self._line = 0
        self._cut = -math.inf
        self._peak = math.inf
        self._pauses = 0

    async def turn(self) -> float:
        """Wait for the next place in the line; who waits while a pause begins or grows takes a place in the line after it."""
        while True:
            line, now = self._line, time.monotonic()
            at = max(now, self._next, self._opens)
            self._next = at + 1 / self.rate(at)
            await asyncio.sleep(at - now) if at > now else None
            if line == self._line:
                self._note(time.monotonic())
                return self._sent[-1]

    def rate(self, now: float) -> float:
        """Requests per second allowed now."""
        share = CUT + RECOVERY_PER_S * max(0.0, now - self._opens)
        if share >= LIFTED_AT:
            self._peak = math.inf
        return self._peak * share

    def answered(self) -> None:
        """The next pause is a first one again."""
        self._refused.append(False)
        self._pauses = 0

    def busy(self, sent: float, wait_s: float | None) -> None:
        """Pause where too many were refused, and cut the rate once for all requests that were sent before the cut."""
        self._refused.append(True)
        if sum(self._refused) <= TOLERATED * len(self._refused):
            return
        now = time.monotonic()
        if sent > self._cut:
            self._peak = max(min(self.rate(now), self._observed(now)), SLOWEST / CUT)
            self._cut = now
            self._pauses += 1
        pause = wait_s if wait_s is not None else min(FIRST_PAUSE_S * 2 ** (self._pauses - 1), LONGEST_PAUSE_S)
        if now + pause > self._opens:
            self._next = self._opens = now + pause
            self._line += 1

    def _note(self, now: float) -> None:
        self._sent.append(now)
        while self._sent[0] < now - WINDOW_S:
            self._sent.popleft()

    def _observed(self, now: float) -> float:
        recent = [at for at in self._sent if at >= now - WINDOW_S]
        return len(recent) / max(now - recent[0], 1.0) if recent else SLOWEST


def _limiter(per_minute: float, burst_s: float) -> AsyncLimiter:
    """So many per minute, evenly: a burst is at most the seconds' worth, or 1."""
    burst = max(per_minute / 60 * burst_s, 1.0)
    return AsyncLimiter(burst, burst * 60 / per_minute)
