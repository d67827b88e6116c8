"""Job: what a training child is told, one JSON file. The parent task resolves versions and names the folders; the child trains.

    python -m models.training.finetune --job finetune.json
    python -m models.training.reinforce --job reinforce.json

A child that is started again with the same job goes on from its newest whole checkpoint; where the output exists it returns at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from data.config import Section
from data.identity import digest
from models.student.config import StudentConfig
from models.teacher.config import REACHING
from models.training.config import FinetuneConfig, ReinforceConfig


class TrainingJob(Section):
    """What both trainings need."""

    store: Path
    """Root of the store."""
    run_id: str
    """The run whose live tables the child writes."""
    model: str
    """Folder or hub id of the model to start from."""
    student: StudentConfig = StudentConfig()
    output: Path
    """Where the trained model goes, with its processor and settings; appears whole or not at all."""
    work: Path | None = None
    """Where a killed training finds its checkpoints again; by default ``work`` in the run's folder."""

    def fingerprint(self) -> str:
        """A hash of what decides the result; checkpoints of another job are refused."""
        described = self.model_dump(mode="json", exclude={"store", "output", "work", "model", "judge_url"})
        for name in ("launch", "log_tokens"):
            described["config"].pop(name, None)
        judge = described["config"].get("judge") or {"teacher": {}}
        judge["teacher"] = {name: value for name, value in judge["teacher"].items() if name not in REACHING}
        return digest(described)


class FinetuneJob(TrainingJob):
    """Supervised fine-tuning on one version of ``sft``."""

    sft: str
    """Version id."""
    config: FinetuneConfig


class ReinforceJob(TrainingJob):
    """Reinforcement on one version of ``samples`` with its ``images``."""

    samples: str
    """Version id."""
    images: str
    """Version id."""
    config: ReinforceConfig
    judge_url: str | None = None
    """Where the judge of the section listens, if it is asked; no part of the fingerprint."""


Job = TypeVar("Job", bound=TrainingJob)


def read_job(kind: type[Job], path: Path) -> Job:
    """The job in a JSON file. Raises pydantic's ``ValidationError`` and ``OSError``."""
    return kind.model_validate_json(path.read_bytes())


def write_job(job: TrainingJob, path: Path) -> Path:
    """Write a job for a child; returns its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(job.model_dump_json(indent=1))
    return path
