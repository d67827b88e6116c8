"""Generate: ask the teacher about every sample, a shard of samples to a Prefect task.

Replies are durable as they come. A shard that is run again asks only what was never answered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.utilities.annotations import unmapped

from data.rows import sample_from_row
from data.store import Manifest
from data.store.images import ImageReader
from models.teacher.call import RequestStatus
from models.teacher.config import GenerateConfig
from models.teacher.errors import TeacherFailedError
from models.teacher.generate import generate_traces as ask_teacher
from models.teacher.generate import needs_teacher
from models.teacher.method import Made
from tasks.endpoint import api_key, endpoint
from tasks.progress import show_table
from tasks.run import StageRun


@task(name="generate traces", cache_policy=NO_CACHE, persist_result=False)
def generate_traces(run: StageRun) -> Manifest:
    """Publish ``traces`` and the ``requests`` that were paid for them."""
    config = run.config(GenerateConfig)
    ids = wanted_samples(run, config)
    shards = [ids[start : start + config.shard_size] for start in range(0, len(ids), config.shard_size)]
    run.progress.total = len(ids)
    with endpoint(config.teacher, is_needed=needs_teacher(config)) as base_url:
        done = generate_shard.map(unmapped(run), [tuple(shard) for shard in shards], unmapped(base_url)).result()
    return publish_traces(run, Made.together(done))


@task(name="generate shard", cache_policy=NO_CACHE, persist_result=False)
def generate_shard(run: StageRun, sample_ids: tuple[str, ...], base_url: str | None) -> Made:
    """What is made of some samples."""
    config = run.config(GenerateConfig)
    inputs = run.order.inputs
    wanted = set(sample_ids)
    rows = run.store.read(inputs["samples"]).to_pylist()
    samples = [sample_from_row(row) for row in rows if row["sample_id"] in wanted]
    images = ImageReader(run.store, inputs["images"])
    imported = run.store.read(inputs["traces"]).to_pylist() if "traces" in inputs else []
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
    """Publish what the teacher answered, with every call. Raises ``TeacherFailedError`` where it answered none."""
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
        manifest = draft.publish()
    show_table("generate", summary(run.progress.total, made.traces, failed), "Traces by what became of them.")
    return manifest


def last_error(failed: Sequence[Mapping[str, Any]]) -> str:
    """What the last attempt of the last failed call said."""
    return next((errors[-1] for row in reversed(failed) if (errors := row["attempt_errors"])), "nothing")


def wanted_samples(run: StageRun, config: GenerateConfig) -> list[str]:
    """Ids of the samples in the splits to generate for."""
    rows = run.store.read(run.order.inputs["samples"], columns=["sample_id", "split"])
    return [row["sample_id"] for row in rows.to_pylist() if row["split"] in config.splits]


def summary(samples: int, rows: Sequence[Mapping[str, Any]], failed: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Counts of samples, traces, traces that could not be read, and samples with calls that failed."""
    counts = {
        "samples": samples,
        "traces": len(rows),
        "not parsed": sum(1 for row in rows if row.get("parse_error")),
        "samples with failed calls": len({row["sample_id"] for row in failed}),
    }
    return [{"what": what, "rows": number} for what, number in counts.items()]
