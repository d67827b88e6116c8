"""Slots: how many requests are on the wire at a time, and who goes next.

Of those that wait the one with the lowest *turn* goes first. A call's turn is its images and its sample, so that what was begun is
finished before more is begun, and calls about one image, or about images that are stored together, go together.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

Turn = tuple[Any, ...]


class Slots:
    """At most ``limit`` holders at a time; lives in one event loop."""

    def __init__(self, limit: int) -> None:
        self._free = limit
        self._numbers = count()
        self._waiting: list[tuple[Turn, int, asyncio.Future[None]]] = []

    @asynccontextmanager
    async def hold(self, turn: Turn) -> AsyncIterator[None]:
        """Hold a slot while the block runs."""
        await self._take(turn)
        try:
            yield
        finally:
            self._give()

    async def _take(self, turn: Turn) -> None:
        if self._free:
            self._free -= 1
            return
        granted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (turn, next(self._numbers), granted))
        try:
            await granted
        except asyncio.CancelledError:
            if granted.done() and not granted.cancelled():
                self._give()
            raise

    def _give(self) -> None:
        while self._waiting:
            _, _, granted = heapq.heappop(self._waiting)
            if not granted.done():
                granted.set_result(None)
                return
        self._free += 1
