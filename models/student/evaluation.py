"""Evaluation: what an evaluation child is told, and what it leaves.

    python -m models.student.evaluate --job evaluate.json

The child answers *shards* of the benchmark, one Parquet file each, so that a child that is started again answers only what is missing.
Last it writes ``predictions.parquet`` and ``scores.parquet``; where both exist it returns at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from data.benchmarks.config import EvaluateConfig
from data.config import Section
from data.identity import digest
from models.student.config import StudentConfig

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
    """Folder or hub id of the model."""
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
        return digest(self.model_dump(mode="json", exclude={"store": True, "output": True, "model": True, "config": {"threads"}}))


@dataclass(frozen=True, slots=True)
class Results:
    """Rows of the tables ``predictions`` and ``scores``."""

    predictions: pa.Table
    scores: pa.Table


def read_job(path: Path) -> EvaluateJob:
    """The job in a JSON file. Raises pydantic's ``ValidationError`` and ``OSError``."""
    return EvaluateJob.model_validate_json(path.read_bytes())


def read_results(output: Path) -> Results:
    """What a finished child left. Raises ``OSError`` where it has not finished."""
    return Results(pq.read_table(output / PREDICTIONS), pq.read_table(output / SCORES))


def shards_done(output: Path) -> int:
    """How many shards are on disk, of all benchmarks."""
    return len(list(output.glob("shards-*/*/*.parquet")))
