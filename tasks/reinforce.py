"""Reinforce: let a student learn from its own rewarded rollouts, in an ``accelerate launch`` child.

Where a reward part asks a judge, the child does, and this process says where the judge listens; its key is in the child's environment.
"""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE

from data.plugins import load_plugins
from data.store import Manifest, RunFolder
from models.teacher.judge.config import JudgeConfig
from models.teacher.judge.judges import needs_endpoint
from models.training.config import ReinforceConfig
from models.training.job import ReinforceJob
from models.training.rewards import check_judged
from tasks.endpoint import api_key, endpoint
from tasks.progress import show_table
from tasks.run import StageRun
from tasks.training import base_model, last_metrics, train

TABLES = ("rollouts", "groups", "difficulty", "archive", "metrics")
JUDGED = ("judgements", "requests")
"""What there is where a judge was asked."""
TOKENS = ("rollout_tokens",)
"""What there is where tokens are logged."""


@task(name="reinforce student", cache_policy=NO_CACHE, persist_result=False)
def reinforce_student(run: StageRun) -> Manifest:
    """Publish the reinforced checkpoint with every rollout, group and standing, and with what the judge was asked."""
    config = run.config(ReinforceConfig)
    asked = asked_judge(config)
    if asked is None:
        manifest = _train(run, config, None, {})
    else:
        with endpoint(asked.teacher) as base_url:
            manifest = _train(run, config, base_url, key_of(asked))
    run.folder.record(note=lacking_note(run.folder))
    show_table("reinforce", last_metrics(run.folder), "The newest value of each metric.")
    return manifest


def asked_judge(config: ReinforceConfig) -> JudgeConfig | None:
    """The judge whose endpoint the rewards need. Raises ``TrainingError`` where they ask and nobody judges."""
    load_plugins(config.plugins)
    return config.judge if check_judged(config) and config.judge and needs_endpoint(config.judge) else None


def key_of(judge: JudgeConfig) -> dict[str, str]:
    """The judge's key by the variable that holds it; empty where there is none."""
    key = api_key(judge.teacher)
    return {judge.teacher.key_variable: key} if key else {}


def lacking_note(folder: RunFolder) -> str | None:
    """That judgements have no value, where some have none, and why the first has none."""
    rows = folder.read("judgements").to_pylist()
    lacking = [row for row in rows if row["value"] is None]
    return f"{len(lacking)} of {len(rows)} judgements have no value; the first: {lacking[0]['error']}" if lacking else None


def _train(run: StageRun, config: ReinforceConfig, judge_url: str | None, secrets: dict[str, str]) -> Manifest:
    job = ReinforceJob(
        store=run.store.root,
        run_id=run.run_id,
        model=base_model(run),
        student=run.order.student,
        output=run.folder.path / "model",
        samples=run.order.inputs["samples"].version_id,
        images=run.order.inputs["images"].version_id,
        config=config,
        judge_url=judge_url,
    )
    further = (*JUDGED, *TOKENS)
    how = config.launch
    return train(run, "models.training.reinforce", job, config.steps, tables=TABLES, further=further, launching=how, secrets=secrets)
