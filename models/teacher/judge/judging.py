"""Judging: many questions at once, first by what was answered before, then by the endpoint."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from data.store import RunFolder, Store
from data.store.images import ImageReader
from models.teacher.call import Call, Reply
from models.teacher.client import TeacherClient
from models.teacher.errors import TeacherUnreachableError
from models.teacher.judge.config import JudgeConfig
from models.teacher.judge.judge import Judge, Judgement, JudgeQuestion
from models.teacher.judge.judges import make_judge
from models.teacher.ledger import FINAL, Ledger
from models.teacher.pictures import StoredPictures

SECTION = "curate.judge.teacher"
"""Where a recipe says who judges."""
AHEAD = 4
"""Questions under way for each call that may be open: enough to keep all calls busy, few enough to hold in memory."""


class _NewCallError(Exception):
    """A call that is on no disk."""


def replay(rows: Iterable[Mapping[str, Any]], questions: Sequence[JudgeQuestion], config: JudgeConfig) -> list[Judgement | None]:
    """The judgements that rows of ``requests`` are enough for, or that need none; None where the endpoint has to be asked."""
    known = {row["request_id"]: Reply.from_row(row) for row in rows if row["status"] in FINAL}

    async def ask(call: Call) -> Reply:
        if call.request_id not in known:
            raise _NewCallError
        return known[call.request_id]

    async def replayed(judge: Judge) -> list[Judgement | None]:
        return [await _or_none(judge, question) for question in questions]

    return asyncio.run(replayed(make_judge(config, ask)))


def judge_all(
    store: Store,
    run: RunFolder,
    questions: Sequence[JudgeQuestion],
    images: ImageReader,
    config: JudgeConfig,
    base_url: str | None,
    api_key: str | None,
    on_progress: Callable[[], None] | None = None,
) -> list[Judgement]:
    """The judgements in the order of the questions; calls are rows of the run's ``requests``. Raises ``TeacherError``."""
    if base_url is None:
        raise TeacherUnreachableError(
            f"there is no base URL for the provider {config.teacher.provider!r}; set the judge's teacher.base_url"
        )

    async def judged() -> list[Judgement]:
        ledger = Ledger(run, store.requests())
        async with TeacherClient(config.teacher, base_url, api_key, ledger, StoredPictures(images), config.budget, SECTION) as client:
            return await ask_all(make_judge(config, client.ask), questions, AHEAD * config.teacher.in_flight, on_progress)

    return asyncio.run(judged())


async def ask_all(
    judge: Judge, questions: Sequence[JudgeQuestion], at_once: int, on_progress: Callable[[], None] | None = None
) -> list[Judgement]:
    """The judgements in the order of the questions, of which so many are under way at once. Raises ``TeacherError``."""
    slots = asyncio.Semaphore(at_once)

    async def judged(question: JudgeQuestion) -> Judgement:
        async with slots:
            judgement = await judge.ask(question)
        if on_progress is not None:
            on_progress()
        return judgement

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(judged(question)) for question in questions]
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from None
    return [task.result() for task in tasks]


async def nobody(call: Call) -> Reply:
    """Answers the calls of a judge that asks nobody."""
    raise TeacherUnreachableError(f"call {call.request_id} has no judge to go to")


async def _or_none(judge: Judge, question: JudgeQuestion) -> Judgement | None:
    try:
        return await judge.ask(question)
    except _NewCallError:
        return None
