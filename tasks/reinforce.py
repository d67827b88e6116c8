"""Reinforce: let a student learn from its own rewarded rollouts, in an ``accelerate launch`` child."""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE

from data.store import Manifest
from models.training.config import ReinforceConfig
from models.training.job import ReinforceJob
from tasks.progress import show_table
from tasks.run import StageRun
from tasks.training import base_model, last_metrics, train

TABLES = ("rollouts", "groups", "difficulty", "archive", "metrics")


@task(name="reinforce student", cache_policy=NO_CACHE, persist_result=False)
def reinforce_student(run: StageRun) -> Manifest:
    """Publish the reinforced checkpoint with every rollout, group and standing."""
    config = run.config(ReinforceConfig)
    job = ReinforceJob(
        store=run.store.root,
        run_id=run.run_id,
        model=base_model(run),
        student=run.order.student,
        output=run.folder.path / "model",
        samples=run.order.inputs["samples"].version_id,
        images=run.order.inputs["images"].version_id,
        config=config,
    )
    manifest = train(run, "models.training.reinforce", job, config.steps, tables=TABLES, launching=config.launch)
    show_table("reinforce", last_metrics(run.folder), "The newest value of each metric.")
    return manifest
