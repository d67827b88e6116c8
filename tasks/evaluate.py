"""Evaluate: ask a student the benchmarks, in an ``accelerate launch`` child, and publish its answers and scores."""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE

from data.benchmarks.config import EvaluateConfig
from data.rows import sample_from_row
from data.sample import Sample
from data.scoring import is_scorable
from data.store import Manifest
from data.tables import CHECKPOINTS
from models.student.evaluation import EvaluateJob, read_results, shards_done
from tasks.child import launch
from tasks.progress import show_table
from tasks.run import StageRun
from tasks.training import base_model


@task(name="evaluate student", cache_policy=NO_CACHE, persist_result=False)
def evaluate_student(run: StageRun) -> Manifest:
    """Publish ``predictions`` and ``scores`` of the checkpoint."""
    job = evaluation_job(run)
    folder = run.folder.path
    total = shard_count(run, job)
    run.progress.measure = lambda: (shards_done(job.output), total)
    path = folder / "job.json"
    path.write_text(job.model_dump_json(indent=1))
    launch("models.student.evaluate", path, folder / "child.log", threads=job.config.threads)
    results = read_results(job.output)
    with run.draft() as draft:
        draft.add("predictions", results.predictions)
        draft.add("scores", results.scores)
        manifest = draft.publish()
    show_table("scores", results.scores.select(SHOWN).to_pylist(), f"Scores of {job.name}. {left_out(run, job)}")
    return manifest


SHOWN = ["benchmark", "protocol", "mode", "category", "metric", "value", "ci_low", "ci_high", "n"]


def shard_count(run: StageRun, job: EvaluateJob) -> int:
    """How many shards the child will answer: those of the items of the chosen splits, for each benchmark."""
    asked = sum(map(is_scorable, _of_splits(run, job)))
    asked = asked if job.config.limit is None else min(asked, job.config.limit)
    return -(-asked // job.shard_size) * len(job.config.benchmarks) * len(job.config.askings)


def left_out(run: StageRun, job: EvaluateJob) -> str:
    """A sentence on the samples of the chosen splits that are no items, since they know no answer to be scored by."""
    known = [is_scorable(sample) for sample in _of_splits(run, job)]
    return f"Left out: {known.count(False)} of {len(known)} samples, whose answer is not known."


def _of_splits(run: StageRun, job: EvaluateJob) -> list[Sample]:
    rows = run.store.read(run.order.inputs["samples"]).to_pylist()
    return [sample_from_row(row) for row in rows if row["split"] in job.config.splits]


def evaluation_job(run: StageRun) -> EvaluateJob:
    """What the child is told."""
    checkpoint = run.order.inputs.get(CHECKPOINTS)
    return EvaluateJob(
        store=run.store.root,
        run_id=run.run_id,
        samples=run.order.inputs["samples"].version_id,
        images=run.order.inputs["images"].version_id,
        checkpoint_id=checkpoint.version_id if checkpoint else None,
        model=base_model(run),
        name=checkpoint.stage if checkpoint else run.order.student.base,
        config=run.config(EvaluateConfig),
        output=run.folder.path / "answers",
    )
