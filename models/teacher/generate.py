"""Generate: the traces of many samples by one method."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from data.rows import Row
from data.sample import Sample
from data.store import RunFolder, Store
from data.store.images import ImageReader
from models.teacher.call import Call, Reply
from models.teacher.client import TeacherClient
from models.teacher.config import GenerateConfig
from models.teacher.errors import TeacherUnreachableError
from models.teacher.ledger import Ledger
from models.teacher.method import GenerationMethod, Setting
from models.teacher.methods import METHODS
from models.teacher.pictures import StoredPictures

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
) -> list[Row]:
    """Rows of ``traces`` in the order of the samples; calls are rows of the run's ``requests``, and a call that failed gives no trace.

    ``imported`` are the rows of ``traces`` that ingest made, for the method of that name. Raises ``TeacherUnreachableError`` and
    ``TeacherRefusedError``; what was answered until then is durable and is not asked again.
    """
    return asyncio.run(_generate(store, run, samples, images, config, base_url, api_key, imported, on_progress))


async def _generate(
    store: Store,
    run: RunFolder,
    samples: Sequence[Sample],
    images: ImageReader,
    config: GenerateConfig,
    base_url: str | None,
    api_key: str | None,
    imported: Iterable[Mapping[str, Any]],
    on_progress: Progress | None,
) -> list[Row]:
    method = METHODS[config.method]
    if not method.needs_teacher:
        setting = Setting(config, images.size, _nobody, _by_sample(imported))
        return await _make(method, samples, setting, on_progress)
    if base_url is None:
        raise TeacherUnreachableError(f"there is no base URL for the provider {config.teacher.provider!r}; set generate.teacher.base_url")
    ledger = Ledger(run, store.requests())
    async with TeacherClient(config.teacher, base_url, api_key, ledger, StoredPictures(images)) as client:
        return await _make(method, samples, Setting(config, images.size, client.ask), on_progress)


async def _make(method: GenerationMethod, samples: Sequence[Sample], setting: Setting, on_progress: Progress | None) -> list[Row]:
    done = 0

    async def made(sample: Sample) -> list[Row]:
        nonlocal done
        rows = await method.generate(sample, setting)
        done += 1
        if on_progress is not None:
            on_progress(done, len(samples))
        return rows

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(made(sample)) for sample in samples]
    except ExceptionGroup as errors:
        raise _first(errors) from None
    return [row for task in tasks for row in task.result()]


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
