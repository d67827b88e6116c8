"""Stage: a step of the pipeline that reads versions and publishes versions.

An *order* is what a stage is asked to do: its section of the recipe and the versions it reads. The *stage key* hashes what decides the
result: stage, parent versions, the keyed settings, prompts, and the sources of the stage. What a stage published under a key is found
again by that key. Importing this module loads neither prefect nor torch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from data.config import Section
from data.identity import digest
from data.store import Version
from models.student.config import StudentConfig
from tasks.sources import source_hash

REPORT_KEY_CHARACTERS = 16


class Stage(StrEnum):
    """The stages in the order of the pipeline."""

    INGEST = "ingest"
    """Sources to samples and images."""
    GENERATE = "generate"
    """Samples to a teacher's traces."""
    CURATE = "curate"
    """Traces to verdicts: kept, or dropped for a reason."""
    PUBLISH = "publish"
    """Kept traces to training conversations."""
    PRETRAIN = "pretrain"
    """The tiny student, taught to see."""
    FINETUNE = "finetune"
    """A student, taught to reason as the conversations do."""
    REINFORCE = "reinforce"
    """A student, taught by its own rewarded rollouts."""
    EVALUATE = "evaluate"
    """A student's answers and scores."""
    REPORT = "report"
    """One page about all of it."""


@dataclass(frozen=True, slots=True)
class Form:
    """What a stage reads and what it is made of."""

    inputs: tuple[str, ...]
    """Tables (or ``checkpoints``) whose versions it may read."""
    modules: tuple[str, ...]
    """The modules it runs, those of its children included."""


FORMS: Mapping[Stage, Form] = {
    Stage.INGEST: Form((), ("tasks.ingest",)),
    Stage.GENERATE: Form(("samples", "images", "traces"), ("tasks.generate",)),
    Stage.CURATE: Form(("samples", "images", "traces"), ("tasks.curate",)),
    Stage.PUBLISH: Form(("samples", "images", "traces", "verdicts"), ("tasks.publish",)),
    Stage.PRETRAIN: Form((), ("tasks.pretrain", "models.student.tiny.pretrain")),
    Stage.FINETUNE: Form(("sft", "checkpoints"), ("tasks.finetune", "models.training.finetune")),
    Stage.REINFORCE: Form(("samples", "images", "checkpoints"), ("tasks.reinforce", "models.training.reinforce")),
    Stage.EVALUATE: Form(("samples", "images", "checkpoints"), ("tasks.evaluate", "models.student.evaluate")),
    Stage.REPORT: Form(("samples", "images", "traces", "verdicts", "sft", "checkpoints", "rollouts", "scores"), ("tasks.report",)),
}


@dataclass(frozen=True)
class Order:
    """What a stage is asked to do."""

    stage: Stage
    recipe: str
    """Name of the recipe."""
    config: Section
    """The stage's section of the recipe."""
    student: StudentConfig
    inputs: Mapping[str, Version]
    """By table, or by ``checkpoints``."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """What of the recipe decides the result, as JSON."""
    prompt_hashes: tuple[str, ...] = ()
    further: tuple[Version, ...] = ()
    """Further versions read: a report shows several evaluations."""
    description: str = ""
    """Of the recipe, for a person."""

    @property
    def parents(self) -> tuple[Version, ...]:
        return (*self.inputs.values(), *self.further)

    @cached_property
    def key(self) -> str:
        """64 hexadecimal characters; equal orders over equal sources have equal keys."""
        parents = {name: version.version_id for name, version in self.inputs.items()}
        further = [version.version_id for version in self.further]
        return digest(self.stage, parents, further, self.settings, sorted(self.prompt_hashes), source_hash(FORMS[self.stage].modules))


def report_path(root: Path, stage_key: str) -> Path:
    """Where the page of a report's stage key is, in the store at ``root``."""
    return root / "reports" / f"{stage_key[:REPORT_KEY_CHARACTERS]}.html"
