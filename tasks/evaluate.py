"""Evaluate: ask a model the benchmarks, and publish its answers and scores.

A student is asked in an ``accelerate launch`` child. An endpoint is asked here, through the teacher's client, and its calls are published
too.
"""

from __future__ import annotations

from dataclasses import dataclass

from prefect import task
from prefect.cache_policies import NO_CACHE

from data.plugins import load_plugins
from data.rows import sample_from_row
from data.sample import Sample
from data.scoring import is_scorable
from data.store import Manifest
from data.tables import CHECKPOINTS
from models.exams.config import EndpointConfig, EvaluateConfig
from models.exams.job import EvaluateJob, read_results, shards_done
from models.exams.sitting import Sitting
from models.teacher.config import BudgetConfig
from models.teacher.examinee import EndpointExaminee
from models.teacher.session import shared_session
from tasks.child import launch
from tasks.endpoint import api_key, endpoint
from tasks.progress import show_table
from tasks.run import StageRun
from tasks.training import base_model

SECTION = "evaluate.endpoint"


@task(name="evaluate student", cache_policy=NO_CACHE, persist_result=False)
def evaluate_student(run: StageRun) -> Manifest:
    """Publish ``predictions`` and ``scores`` of the checkpoint, or of the endpoint where there is none, with its ``requests``."""
    job = evaluation_job(run)
    total = shard_count(run, job)
    run.progress.measure = lambda: (shards_done(job.output), total)
    _ask(run, job)
    results = read_results(job.output)
    with run.draft() as draft:
        draft.add("predictions", results.predictions)
        draft.add("scores", results.scores)
        if run.folder.files("requests"):
            run.folder.fold("requests", draft)
        manifest = draft.publish()
    show_table("scores", results.scores.select(SHOWN).to_pylist(), f"Scores of {job.name}. {left_out(run, job)}")
    return manifest


SHOWN = ["benchmark", "protocol", "mode", "category", "metric", "value", "ci_low", "ci_high", "n"]


@dataclass(frozen=True, slots=True)
class Reach:
    """The endpoint that is evaluated, and what it may cost."""

    teacher: EndpointConfig
    budget: BudgetConfig


def ask_endpoint(run: StageRun, job: EvaluateJob, config: EndpointConfig) -> None:
    """Answer what is missing and write the results. Raises ``TeacherError`` where the endpoint is lost."""
    if job.is_done:
        return
    load_plugins(job.config.plugins)
    sitting = Sitting(job, run.order.student)
    reach = Reach(config, job.config.budget)
    with (
        endpoint(config) as base_url,
        shared_session(run.store, run.folder, sitting.images, reach, base_url, api_key(config), SECTION) as session,
    ):
        examinee = EndpointExaminee(session, config, sitting.images, job.config.seed)
        sitting.answer(lambda: examinee)
    sitting.finish()


def _ask(run: StageRun, job: EvaluateJob) -> None:
    config = asked_endpoint(run)
    if config is not None:
        ask_endpoint(run, job, config)
        return
    path = run.folder.path / "job.json"
    path.write_text(job.model_dump_json(indent=1))
    launch("models.student.evaluate", path, run.folder.path / "child.log", threads=job.config.threads)


def asked_endpoint(run: StageRun) -> EndpointConfig | None:
    """The endpoint that is asked; None where there is a checkpoint, or none is set."""
    return None if CHECKPOINTS in run.order.inputs else run.config(EvaluateConfig).endpoint


def shard_count(run: StageRun, job: EvaluateJob) -> int:
    """How many shards will be answered, at most: those of the scorable samples of the chosen splits, for each benchmark and mode."""
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
    """What is asked of whom."""
    checkpoint, config = run.order.inputs.get(CHECKPOINTS), asked_endpoint(run)
    return EvaluateJob(
        store=run.store.root,
        run_id=run.run_id,
        samples=run.order.inputs["samples"].version_id,
        images=run.order.inputs["images"].version_id,
        checkpoint_id=checkpoint.version_id if checkpoint else None,
        model=config.model if config else base_model(run),
        name=config.model if config else checkpoint.stage if checkpoint else run.order.student.base,
        student=run.order.student if config else None,
        config=run.config(EvaluateConfig) if config else run.config(EvaluateConfig).model_copy(update={"endpoint": None}),
        output=run.folder.path / "answers",
    )
