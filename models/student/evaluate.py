"""Evaluate: a student answers benchmarks, greedily by default, in batches.

Started under ``accelerate launch`` with ``--job job.json`` (``models.exams.job``). With several processes the shards are shared out, and
the first process writes the results.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from data.plugins import load_plugins
from models.exams.exam import Examinee
from models.exams.job import EvaluateJob, read_job
from models.exams.sitting import Sitting
from models.student.config import StudentConfig


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the job named on the command line."""
    parser = argparse.ArgumentParser(prog="python -m models.student.evaluate")
    parser.add_argument("--job", type=Path, required=True)
    evaluate(read_job(parser.parse_args(arguments).job))


def evaluate(job: EvaluateJob) -> None:
    """Answer what is missing and write the results. Raises ``UnknownBenchmarkError``."""
    if job.is_done:
        return
    load_plugins(job.config.plugins)
    import torch
    from accelerate import PartialState

    torch.set_num_threads(job.config.threads)
    _Child(job, PartialState(cpu=not torch.cuda.is_available())).run()


class _Child:
    """One process of an evaluation."""

    def __init__(self, job: EvaluateJob, state: Any) -> None:
        self.job = job
        self.state = state

    def run(self) -> None:
        sitting = Sitting(self.job, self._settings(), self.state.process_index, self.state.num_processes)
        sitting.answer(lambda: self._examinee(sitting))
        self.state.wait_for_everyone()
        if self.state.is_main_process:
            sitting.finish()

    def _settings(self) -> StudentConfig:
        """How this student sees and speaks: the job's word, else what stands beside the checkpoint."""
        from models.student.settings import read_settings

        config: StudentConfig = self.job.student or read_settings(Path(self.job.model)) or self.student.config
        return config

    def _examinee(self, sitting: Sitting) -> Examinee:
        from models.student.examinee import StudentExaminee

        return StudentExaminee(self.student, sitting.images, self.job.config.seed)

    @cached_property
    def student(self) -> Any:
        """The model, loaded when the first shard needs it."""
        from models.student.load import load_student

        student = load_student(self.job.model, self.job.student)
        student.model.to(self.state.device)
        return student


if __name__ == "__main__":
    main()
