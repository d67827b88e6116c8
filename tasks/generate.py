"""Generate: ask the teacher about every sample, a shard of samples to a Prefect task.

Replies are durable as they come. A shard that is run again asks only what was never answered. The shards of one process share one client,
and so one ledger, pace and budget; shards that run elsewhere share theirs there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pyarrow.compute as pc
from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.utilities.annotations import unmapped

from data.rows import sample_from_row
from data.store import Manifest
from data.store.images import ImageReader
from models.teacher.call import RequestStatus, last_error
from models.teacher.config import BudgetConfig, GenerateConfig
from models.teacher.errors import TeacherFailedError
from models.teacher.generate import generate_traces as ask_teacher
from models.teacher.generate import needs_teacher
from models.teacher.method import Made
from models.teacher.session import shared_session
from tasks.endpoint import api_key, endpoint
from tasks.progress import show_table
from tasks.run import StageRun
from tasks.stage import Stage


@task(name="generate traces", cache_policy=NO_CACHE, persist_result=False)
def generate_traces(run: StageRun) -> Manifest:
    """Publish ``traces`` and the ``requests`` that were paid for them."""
    config = run.config(GenerateConfig)
    ids = wanted_samples(run, config)
    shards = [ids[start : start + config.shard_size] for start in range(0, len(ids), config.shard_size)]
    run.progress.total = len(ids)
    with endpoint(config.teacher, is_needed=needs_teacher(config)) as base_url, one_session(run, config, base_url):
        done = generate_shard.map(unmapped(run), [tuple(shard) for shard in shards], unmapped(base_url)).result()
    return publish_traces(run, Made.together(done))


@contextmanager
def one_session(run: StageRun, config: GenerateConfig, base_url: str | None) -> Iterator[None]:
    """Hold the session of the run open, so that the shards of this process share it."""
    if not needs_teacher(config):
        yield
        return
    images = ImageReader(run.store, run.order.inputs["images"])
    with shared_session(run.store, run.folder, images, config, base_url, api_key(config.teacher)):
        yield


@task(name="generate shard", cache_policy=NO_CACHE, persist_result=False)
def generate_shard(run: StageRun, sample_ids: tuple[str, ...], base_url: str | None) -> Made:
    """What is made of some samples."""
    config = run.config(GenerateConfig)
    inputs = run.order.inputs
    is_theirs = pc.field("sample_id").isin(sample_ids)
    samples = [sample_from_row(row) for row in run.store.read(inputs["samples"]).filter(is_theirs).to_pylist()]
    images = ImageReader(run.store, inputs["images"])
    imported = run.store.read(inputs["traces"]).filter(is_theirs).to_pylist() if "traces" in inputs else []
    key = api_key(config.teacher)
    return ask_teacher(
        run.store,
        run.folder,
        samples,
        images,
        config,
        base_url,
        key,
        imported=imported,
        on_progress=lambda _done, _total: run.progress.advance(),
    )


def publish_traces(run: StageRun, made: Made) -> Manifest:
    """Publish what the teacher answered, with every call. Raises ``TeacherFailedError`` where it answered none.

    Where the budget ended the run, its row in ``runs`` has a ``note`` that says so, and how many samples are unfinished.
    """
    calls = {row["request_id"]: row for row in run.folder.read("requests").to_pylist()}
    failed = [row for row in calls.values() if row["status"] == RequestStatus.FAILED]
    has_answers = any(row.get("request_ids") for row in made.traces)
    if failed and not has_answers and len(failed) == len(calls):
        raise TeacherFailedError(
            f"the teacher {failed[-1]['model']} answered none of {len(calls)} calls; the last said: {last_error(failed)}"
        )
    with run.draft() as draft:
        draft.add("traces", made.traces)
        for name, rows in (("trees", made.trees), ("judgements", made.judgements)):
            if rows:
                draft.add(name, rows)
        run.folder.fold("requests", draft)
        run.folder.record(note=budget_note(run.config(GenerateConfig).budget, len(made.unfinished), "samples", run.order.stage))
        manifest = draft.publish()
    show_table("generate", summary(run.progress.total, made, failed), "Traces by what became of them.")
    return manifest


def budget_note(budget: BudgetConfig, unfinished: int, what: str, stage: Stage) -> str | None:
    """That the budget ended the run, where it did."""
    return budget.note(unfinished, what, f"a higher one, or --force {stage}, goes on with them")


def wanted_samples(run: StageRun, config: GenerateConfig) -> list[str]:
    """Ids of the samples in the splits and data sets to generate for."""
    rows = run.store.read(run.order.inputs["samples"], columns=["sample_id", "split", "dataset"]).to_pylist()
    taken = [row for row in rows if row["split"] in config.splits]
    return [row["sample_id"] for row in taken if config.datasets is None or row["dataset"] in config.datasets]


def summary(samples: int, made: Made, failed: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Counts of samples, traces, traces that could not be read, samples with calls that failed, and samples that the budget left."""
    counts = {
        "samples": samples,
        "traces": len(made.traces),
        "not parsed": sum(1 for row in made.traces if row.get("parse_error")),
        "samples with failed calls": len({row["sample_id"] for row in failed}),
        "samples unfinished, the budget being spent": len(made.unfinished),
    }
    return [{"what": what, "rows": number} for what, number in counts.items()]
