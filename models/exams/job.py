"""Job: what an evaluation is told, and what it leaves.

    python -m models.student.evaluate --job evaluate.json

*Shards* of a benchmark are answered, one Parquet file each, so that an evaluation that is started again answers only what is missing. Last
come ``predictions.parquet`` and ``scores.parquet``; where both exist nothing is left to do.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from data.config import Section
from data.identity import digest
from models.exams.config import EvaluateConfig
from models.student.config import StudentConfig
from models.teacher.config import REACHING

SHARD_BATCHES = 2
"""Batches a shard holds."""
PREDICTIONS = "predictions.parquet"
SCORES = "scores.parquet"


class EvaluateJob(Section):
    """One model, asked the benchmarks of one version of ``samples``."""

    store: Path
    """Root of the store."""
    run_id: str
    """The run that the predictions belong to."""
    samples: str
    """Version id."""
    images: str | None = None
    """Version id; None looks in all versions."""
    checkpoint_id: str | None = None
    """Version id of the model, where it is in the store."""
    model: str
    """Folder or hub id of the model, or what its endpoint calls it."""
    name: str
    """What the model is called in tables, such as the stage that made it."""
    student: StudentConfig | None = None
    """Settings to ask with; None takes those beside the checkpoint."""
    config: EvaluateConfig = EvaluateConfig()
    output: Path
    """A folder for shards and results."""

    @property
    def shard_size(self) -> int:
        """Items of a shard: whole batches, so that a restart changes no batch."""
        return SHARD_BATCHES * self.config.batch_size

    def fingerprint(self) -> str:
        """A hash of what decides the answers; shards of another job are not taken for this one's."""
        unkeyed = {"threads": True, "budget": True, "endpoint": set(REACHING)}
        unasked: dict[str, Any] = {"store": True, "output": True, "model": True, "config": unkeyed}
        return digest(self.model_dump(mode="json", exclude=unasked))

    @property
    def is_done(self) -> bool:
        """Whether both results are there."""
        return (self.output / PREDICTIONS).exists() and (self.output / SCORES).exists()


@dataclass(frozen=True, slots=True)
class Results:
    """Rows of the tables ``predictions`` and ``scores``."""

    predictions: pa.Table
    scores: pa.Table


def read_job(path: Path) -> EvaluateJob:
    """The job in a JSON file. Raises pydantic's ``ValidationError`` and ``OSError``."""
    return EvaluateJob.model_validate_json(path.read_bytes())


def read_results(output: Path) -> Results:
    """What a finished evaluation left. Raises ``OSError`` where it has not finished."""
    return Results(pq.read_table(output / PREDICTIONS), pq.read_table(output / SCORES))


def shards_done(output: Path) -> int:
    """How many shards are on disk, of all benchmarks."""
    return len(list(output.glob("shards-*/*/*.parquet")))
