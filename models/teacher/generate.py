"""Generate: the traces of many samples by one method."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from data.rows import Row
from data.sample import Sample
from data.store import RunFolder, Store
from data.store.images import ImageReader
from models.teacher.call import Call, Reply, RequestStatus
from models.teacher.config import GenerateConfig
from models.teacher.errors import TeacherUnreachableError
from models.teacher.method import Made, Setting
from models.teacher.methods import METHODS
from models.teacher.session import shared_session

Result = TypeVar("Result")
STARTED_AT_ONCE = 16
"""Samples that are started before the event loop is given its turn."""
Progress = Callable[[int, int], None]
"""Told how many samples are done, and of how many."""


def generate_traces(
    store: Store,
    run: RunFolder,
    samples: Sequence[Sample],
    images: ImageReader,
    config: GenerateConfig,
    base_url: str | None,
    api_key: str | None,
    *,
    imported: Iterable[Mapping[str, Any]] = (),
    on_progress: Progress | None = None,
) -> Made:
    """Rows in the order of the samples; calls are rows of the run's ``requests``, and a call that was not answered gives no trace.

    ``imported`` are the rows of ``traces`` that ingest made, for the method of that name. Raises ``TeacherUnreachableError`` and
    ``TeacherRefusedError``; what was answered until then is durable and is not asked again.
    """
    traces = _by_sample(imported)
    if not needs_teacher(config):
        return asyncio.run(_make(samples, Setting(config, images.size, _nobody, traces), on_progress))
    with shared_session(store, run, images, config, base_url, api_key) as session:
        return session.wait_for(_make, samples, Setting(config, images.size, session.client.ask, traces), on_progress)


def needs_teacher(config: GenerateConfig) -> bool:
    """Whether any of the methods asks one."""
    return any(METHODS[name].needs_teacher for name in config.methods)


async def _make(samples: Sequence[Sample], setting: Setting, on_progress: Progress | None) -> Made:
    done = 0
    unfinished: set[str] = set()

    async def ask(call: Call) -> Reply:
        reply = await setting.ask(call)
        if reply.status is RequestStatus.UNASKED:
            unfinished.add(call.sample_id)
        return reply

    async def made(sample: Sample) -> Made:
        nonlocal done
        rows = await _by_all(sample, replace(setting, ask=ask))
        done += 1
        if on_progress is not None:
            on_progress(done, len(samples))
        return rows

    try:
        async with asyncio.TaskGroup() as group:
            tasks = await start_all(group, map(made, samples))
    except ExceptionGroup as errors:
        raise _first(errors) from None
    return Made.together((*(task.result() for task in tasks), Made(unfinished=sorted(unfinished))))


async def _by_all(sample: Sample, setting: Setting) -> Made:
    """What the method and those that follow on it make of one sample."""
    made = Made()
    for name in setting.config.methods:
        made = Made.together((made, await METHODS[name].generate(sample, setting)))
        setting = replace(setting, traces={sample.sample_id: made.traces})
    return made


async def start_all(group: asyncio.TaskGroup, works: Iterable[Coroutine[Any, Any, Result]]) -> list[asyncio.Task[Result]]:
    """Start all, a few at a time, so that the first calls are on their way while the last are being written."""
    tasks = []
    for number, work in enumerate(works, start=1):
        tasks.append(group.create_task(work))
        if number % STARTED_AT_ONCE == 0:
            await asyncio.sleep(0)
    return tasks


def _first(errors: ExceptionGroup[Exception]) -> Exception:
    first = errors.exceptions[0]
    return _first(first) if isinstance(first, ExceptionGroup) else first


def _by_sample(rows: Iterable[Mapping[str, Any]]) -> dict[str, list[Row]]:
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["sample_id"]].append(dict(row))
    return found


async def _nobody(call: Call) -> Reply:
    raise TeacherUnreachableError(f"call {call.request_id} has no teacher to go to")
