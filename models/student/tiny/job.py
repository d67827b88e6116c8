"""Job: what the pretraining child is told."""

from __future__ import annotations

from pathlib import Path

from data.config import Section
from models.student.config import PretrainConfig, StudentConfig


class PretrainJob(Section):
    """One building of the tiny student."""

    store: Path
    run_id: str
    config: PretrainConfig
    student: StudentConfig
    """Its view is what the tiny student is built for; all of it is stored beside the checkpoint."""
    output: Path
    """The folder the checkpoint appears in, complete, at the end."""
    work: Path | None = None
    """Where a killed run finds its stages again; by default ``work`` in the run's folder."""
