"""Training: what pretraining, finetuning and reinforcement have in common as stages.

The child writes the run's live tables and, last, the model folder. The stage watches the metrics, then folds the tables and publishes
them with a copy of the model. Only then are the folders of the run removed, so that a publication that was killed can be repeated.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from data.store import Manifest, RunFolder
from data.tables import CHECKPOINTS
from models.training.config import LaunchConfig
from tasks.child import launch
from tasks.run import StageRun

WORK = "work"
"""The folder of a run in which a child keeps what it goes on from; of no use once the stage has published."""


class Job(Protocol):
    """A pydantic model that a training child reads."""

    @property
    def output(self) -> Path:
        """Where the model appears."""

    def model_dump_json(self, *, indent: int | None = None) -> str:
        """The job as JSON."""


def train(
    run: StageRun,
    module: str,
    job: Job,
    steps: int,
    *,
    tables: tuple[str, ...],
    further: tuple[str, ...] = (),
    launching: LaunchConfig | None = None,
    secrets: Mapping[str, str] | None = None,
) -> Manifest:
    """Run the child to its end and publish its model and tables, of the ``further`` ones those that it wrote.

    ``secrets`` are environment variables that the child alone is given. Raises ``ChildFailedError``.
    """
    folder = run.folder
    run.progress.measure = lambda: (max(folder.steps("metrics"), default=0), steps)
    path = folder.path / "job.json"
    path.write_text(job.model_dump_json(indent=1))
    how = launching or LaunchConfig()
    spread: dict[str, Any] = {"processes": how.processes, "threads": how.threads, "arguments": how.arguments}
    launch(module, path, folder.path / "child.log", **spread, secrets=secrets)
    with run.draft() as draft:
        for table_name in (*tables, *(name for name in further if folder.files(name))):
            folder.fold(table_name, draft, through_step=steps)
        draft.add_folder(CHECKPOINTS, job.output)
        manifest = draft.publish()
    for unneeded in (job.output, folder.path / WORK):
        shutil.rmtree(unneeded, ignore_errors=True)
    return manifest


def base_model(run: StageRun) -> str:
    """The folder of the checkpoint that the stage starts from, else the student's own hub id or folder."""
    version = run.order.inputs.get(CHECKPOINTS)
    return str(run.store.folder(version)) if version else run.order.student.base


def last_metrics(folder: RunFolder) -> list[dict[str, object]]:
    """The newest value of each metric of a run, by name."""
    rows = {row["name"]: row for row in folder.read("metrics").sort_by("step").to_pylist()}
    return [{"metric": name, "step": row["step"], "value": row["value"]} for name, row in sorted(rows.items())]
