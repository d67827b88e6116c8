"""Finetune: teach a student the published conversations, in an ``accelerate launch`` child."""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE

from data.store import Manifest
from models.training.config import FinetuneConfig
from models.training.job import FinetuneJob
from tasks.progress import show_table
from tasks.run import StageRun
from tasks.training import base_model, last_metrics, train


@task(name="finetune student", cache_policy=NO_CACHE, persist_result=False)
def finetune_student(run: StageRun) -> Manifest:
    """Publish the finetuned checkpoint with what each step read and measured."""
    config = run.config(FinetuneConfig)
    job = FinetuneJob(
        store=run.store.root,
        run_id=run.run_id,
        model=base_model(run),
        student=run.order.student,
        output=run.folder.path / "model",
        sft=run.order.inputs["sft"].version_id,
        config=config,
    )
    manifest = train(run, "models.training.finetune", job, config.steps, tables=("seen", "metrics"), launching=config.launch)
    show_table("finetune", last_metrics(run.folder), "The newest value of each metric.")
    return manifest
