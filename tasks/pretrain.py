"""Pretrain: build the tiny student and teach it to see, in a child process."""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE

from data.store import Manifest
from models.student.config import PretrainConfig, StudentConfig
from models.student.tiny.job import PretrainJob
from tasks.run import StageRun
from tasks.training import train


@task(name="pretrain student", cache_policy=NO_CACHE, persist_result=False)
def pretrain_student(run: StageRun) -> Manifest:
    """Publish the tiny student as a checkpoint, with the metrics of its training.

    Of the recipe's student only the view counts, so that recipes whose students see alike share one pretraining.
    """
    config, student = run.config(PretrainConfig), StudentConfig(view=run.order.student.view)
    job = PretrainJob(store=run.store.root, run_id=run.run_id, config=config, student=student, output=run.folder.path / "model")
    return train(run, "models.student.tiny.pretrain", job, config.vision_steps + config.binding_steps, tables=("metrics",))
