"""Pretrain: builds the tiny student and takes it through perception and binding, as a child process.

    python -m models.student.tiny.pretrain --job job.json

The weights after perception are kept in the working folder: a killed run starts again there, and its result is bit-equal to that of
a run left alone, for one thread count.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from safetensors.torch import load_file, save_file
from transformers.utils import logging

from data.store import RunFolder, Store
from data.store.files import place_whole, replaced
from models.student.load import Student, save_student
from models.student.settings import SETTINGS
from models.student.tiny.binding import learn_binding
from models.student.tiny.build import build_student
from models.student.tiny.job import PretrainJob
from models.student.tiny.lesson import Reader
from models.student.tiny.perception import Observe, learn_perception

EVERY = 10
"""Steps between two figures of training."""


def pretrain(job: PretrainJob) -> Path:
    """Do the job and return its output folder; at once where it was done before."""
    if (job.output / SETTINGS).exists():
        return job.output
    run = Store(job.store).run(job.run_id)
    tiny = build_student(job.config, job.student.view)
    reader = Reader(tiny.processor, job.student.view)
    vision, total = job.config.vision_steps, job.config.vision_steps + job.config.binding_steps
    tiny.model.train()
    perceived = (job.work or run.path / "work") / "perception.safetensors"
    _once(perceived, tiny.model, lambda: learn_perception(tiny.model, reader, job.config, _recorder(run, 0, total)))
    learn_binding(tiny.model, reader, job.config, _recorder(run, vision, total))
    _publish(Student(tiny.model.eval(), tiny.processor, job.student), job.output)
    return job.output


def _once(path: Path, model: Any, learn: Callable[[], None]) -> None:
    """Learn and keep the weights, or take those kept by an earlier try."""
    if path.exists():
        model.load_state_dict(load_file(path))
        return
    learn()
    with replaced(path) as part:
        save_file({name: weight.contiguous() for name, weight in model.state_dict().items()}, part)


def _recorder(run: RunFolder, before: int, total: int) -> Observe:
    def observe(step: int, figures: dict[str, float]) -> None:
        at = before + step
        if at % EVERY == 0 or at in {1, total}:
            run.write_step("metrics", at, [{"step": at, "name": name, "value": value} for name, value in figures.items()])

    return observe


def _publish(student: Student, output: Path) -> None:
    partial = output.with_name(f".{output.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    save_student(student, partial)
    place_whole(partial, output)


def main() -> None:
    """Read the job from ``--job`` and do it."""
    parser = argparse.ArgumentParser(description="Build the tiny student.")
    parser.add_argument("--job", type=Path, required=True)
    logging.disable_progress_bar()
    pretrain(PretrainJob.model_validate_json(parser.parse_args().job.read_text(encoding="utf-8")))


if __name__ == "__main__":
    main()
