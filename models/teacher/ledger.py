"""Ledger: every call that was made, so that none is paid for twice.

A reply is *durable* once its row is on disk, and only then is it used. Rows that become ready at about the same time share one wait for
the disk. Callers of one request id at the same time share one call. A call that was never sent leaves no row.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from data.store import RunFolder
from models.teacher.budget import Spent, paid
from models.teacher.call import Call, Reply, RequestStatus

FINAL = {RequestStatus.OK.value, RequestStatus.DISCARDED.value}


class Ledger:
    """Looks calls up among the durable rows and adds the new ones to the run's ``requests``; lives in one event loop."""

    def __init__(self, run: RunFolder, rows: Iterable[Mapping[str, Any]]) -> None:
        """``rows`` are all request rows on disk; those of the run itself were paid for before it was killed."""
        self._run = run
        self._final: dict[str, Reply] = {}
        own: list[Mapping[str, Any]] = []
        for row in rows:
            if row["status"] in FINAL:
                self._final[row["request_id"]] = Reply.from_row(row)
            if row["run_id"] == run.run_id:
                own.append(row)
        self.spent: Spent = paid(own)
        self.answered: Spent = paid(row for row in own if row["prompt_tokens"] is not None)
        self.written = 0
        self._asked: dict[str, asyncio.Future[Reply]] = {}
        self._waiting: list[tuple[dict[str, Any], asyncio.Future[None]]] = []
        self._writing = asyncio.Lock()
        self._commits: set[asyncio.Task[None]] = set()

    async def fetch(self, call: Call, ask: Callable[[Call], Awaitable[Reply]]) -> Reply:
        """The reply to a call: the durable one if there is one, else that of ``ask``, once it is durable."""
        known = self._final.get(call.request_id)
        if known is not None:
            return known
        if call.request_id not in self._asked:
            self._asked[call.request_id] = asyncio.ensure_future(self._ask(call, ask))
        return await asyncio.shield(self._asked[call.request_id])

    async def close(self) -> None:
        """Give up calls under way; wait for the replies that came to be on disk."""
        for task in self._asked.values():
            task.cancel()
        await asyncio.gather(*self._asked.values(), return_exceptions=True)
        await asyncio.gather(*self._commits, return_exceptions=True)

    async def _ask(self, call: Call, ask: Callable[[Call], Awaitable[Reply]]) -> Reply:
        reply = await ask(call)
        if reply.status is RequestStatus.UNASKED:
            return reply
        commit = asyncio.create_task(self._commit(call.row() | reply.row()))
        self._commits.add(commit)
        commit.add_done_callback(self._commits.discard)
        await asyncio.shield(commit)
        if reply.is_final:
            self.written += 1
            self._final[call.request_id] = reply
            self._asked.pop(call.request_id, None)
        return reply

    async def _commit(self, row: dict[str, Any]) -> None:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((row, done))
        async with self._writing:
            if not done.done():
                await self._write()
        await done

    async def _write(self) -> None:
        """Write all rows that wait; who holds the lock writes for all."""
        batch, self._waiting = self._waiting, []
        writing = asyncio.to_thread(self._run.extend, "requests", [row for row, _ in batch])
        (error,) = await asyncio.gather(writing, return_exceptions=True)
        for _, done in batch:
            done.set_result(None) if error is None else done.set_exception(error)
