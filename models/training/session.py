"""Session: what both trainings do around their trainer: load the student, find the newest checkpoint, put the model in its place."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from accelerate import PartialState

from data.store import RunFolder, Store
from data.store.files import place_whole
from models.student.load import Student, UnknownStudentError, load_student, save_student
from models.training.checkpoints import Checkpoint, newest_checkpoint, remove_unsealed
from models.training.errors import TrainingError
from models.training.job import FinetuneJob, ReinforceJob


@dataclass(frozen=True, slots=True)
class Session:
    """One training process at work."""

    store: Store
    run: RunFolder
    work: Path
    student: Student
    checkpoint: Checkpoint | None
    """Where to go on from."""
    processes: int
    is_first: bool
    """Whether this process writes."""


def open_session(job: FinetuneJob | ReinforceJob) -> Session:
    """Load what a job names. Raises ``TrainingError`` where the model cannot be had."""
    torch.set_num_threads(job.config.launch.threads)
    processes = PartialState(cpu=not torch.cuda.is_available())
    store = Store.open(job.store)
    run = store.run(job.run_id)
    work = job.work or run.path / "work"
    if processes.is_main_process:
        work.mkdir(parents=True, exist_ok=True)
        remove_unsealed(work)
    processes.wait_for_everyone()
    return Session(
        store=store,
        run=run,
        work=work,
        student=_student(job),
        checkpoint=newest_checkpoint(work, job.fingerprint()),
        processes=processes.num_processes,
        is_first=processes.is_main_process,
    )


def train(trainer: Any, session: Session) -> None:
    """Train from the newest checkpoint, or from the start."""
    checkpoint = session.checkpoint
    trainer.train(resume_from_checkpoint=str(checkpoint.path) if checkpoint else None)


def publish(trainer: Any, session: Session, output: Path) -> None:
    """Put the trained model, LoRA merged in, with its processor and settings at the output folder."""
    model = trainer.accelerator.unwrap_model(trainer.model)
    if hasattr(model, "merge_and_unload"):
        model = model.merge_and_unload()
    if session.is_first:
        part = output.with_name(f".{output.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        save_student(Student(model, session.student.processor, session.student.config), part)
        place_whole(part, output)
    trainer.accelerator.wait_for_everyone()


def frozen(student: Student, names: Sequence[str]) -> Student:
    """The student with the weights whose names hold one of these left out of training. Raises ``TrainingError`` where none does."""
    weights = dict(student.model.named_parameters())
    for name in names:
        found = [weight for known, weight in weights.items() if name in known]
        if not found:
            raise TrainingError(f"frozen names {name!r}, which is in the name of no weight; there is for example {next(iter(weights))}")
        for weight in found:
            weight.requires_grad_(False)
    return student


def _student(job: FinetuneJob | ReinforceJob) -> Student:
    try:
        return frozen(load_student(job.model, job.student), job.config.frozen)
    except (UnknownStudentError, ValueError) as error:
        raise TrainingError(str(error)) from error
    except OSError as error:
        raise TrainingError(f"no student at {job.model}: {str(error).splitlines()[0]}") from error
