"""Judging: many questions at once, first by what was answered before, then by the endpoint."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from data.store import RunFolder, Store
from data.store.images import ImageReader
from models.teacher.call import Call, Reply
from models.teacher.client import TeacherClient
from models.teacher.errors import TeacherUnreachableError
from models.teacher.judge.asking import Ask
from models.teacher.ledger import FINAL, Ledger
from models.teacher.pictures import StoredPictures
from models.teacher.session import Reached

SECTION = "curate.judge.teacher"
"""Where a recipe says who judges."""
AHEAD = 4
"""Questions under way for each call that may be open: enough to keep all calls busy, few enough to hold in memory."""


Question = TypeVar("Question", contravariant=True)
Word = TypeVar("Word", covariant=True)


class Asked(Protocol[Question, Word]):
    """Who gives a word on each question."""

    async def ask(self, question: Question) -> Word:
        """The word. Raises ``TeacherError`` where the endpoint is lost, and not the question alone."""
        ...


Make = Callable[[Ask], Asked[Question, Word]]
"""Makes the judge that has its calls answered so."""


class _NewCallError(Exception):
    """A call that is on no disk."""


def replay(rows: Iterable[Mapping[str, Any]], questions: Sequence[Question], make: Make[Question, Word]) -> list[Word | None]:
    """The words that rows of ``requests`` are enough for, or that need none; None where the endpoint has to be asked."""
    known = {row["request_id"]: Reply.from_row(row) for row in rows if row["status"] in FINAL}

    async def ask(call: Call) -> Reply:
        if call.request_id not in known:
            raise _NewCallError
        return known[call.request_id]

    async def replayed(judge: Asked[Question, Word]) -> list[Word | None]:
        return [await _or_none(judge, question) for question in questions]

    return asyncio.run(replayed(make(ask)))


def judge_all(
    store: Store,
    run: RunFolder,
    questions: Sequence[Question],
    images: ImageReader,
    reached: Reached,
    make: Make[Question, Word],
    base_url: str | None,
    api_key: str | None,
    on_progress: Callable[[], None] | None = None,
    section: str = SECTION,
) -> list[Word]:
    """The words in the order of the questions; calls are rows of the run's ``requests``. Raises ``TeacherError``."""
    teacher = reached.teacher
    if base_url is None:
        raise TeacherUnreachableError(f"there is no base URL for the provider {teacher.provider!r}; set the judge's teacher.base_url")

    async def judged() -> list[Word]:
        ledger = Ledger(run, store.requests())
        async with TeacherClient(teacher, base_url, api_key, ledger, StoredPictures(images), reached.budget, section) as client:
            return await ask_all(make(client.ask), questions, AHEAD * teacher.in_flight, on_progress)

    return asyncio.run(judged())


async def ask_all(
    judge: Asked[Question, Word], questions: Sequence[Question], at_once: int, on_progress: Callable[[], None] | None = None
) -> list[Word]:
    """The words in the order of the questions, of which so many are under way at once. Raises ``TeacherError``."""
    slots = asyncio.Semaphore(at_once)

    async def judged(question: Question) -> Word:
        async with slots:
            word = await judge.ask(question)
        if on_progress is not None:
            on_progress()
        return word

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(judged(question)) for question in questions]
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from None
    return [task.result() for task in tasks]


async def nobody(call: Call) -> Reply:
    """Answers the calls of a judge that asks nobody."""
    raise TeacherUnreachableError(f"call {call.request_id} has no judge to go to")


async def _or_none(judge: Asked[Question, Word], question: Question) -> Word | None:
    try:
        return await judge.ask(question)
    except _NewCallError:
        return None
