"""Child: how a training process speaks: nothing on its way, and one sentence on stderr where it ends early."""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

from pydantic import ValidationError

from data.plugins import PluginError
from data.store import StoreError, UnknownVersionError
from models.teacher.errors import TeacherError
from models.training.errors import TrainingError
from models.training.job import Job, read_job

ENVIRONMENT = {
    "TRL_EXPERIMENTAL_SILENCE": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
}
EXPECTED = (TrainingError, TeacherError, StoreError, UnknownVersionError, PluginError, OSError, MemoryError)
"""What can go wrong without a fault of the program."""


def run_child(kind: type[Job], train: Callable[[Job], Path], arguments: list[str] | None = None) -> int:
    """Read the job that ``--job`` names and train it; the exit code is 0 or, after one sentence on stderr, 1."""
    parser = argparse.ArgumentParser(description=kind.__doc__)
    parser.add_argument("--job", type=Path, required=True, help="a JSON file")
    path = parser.parse_args(arguments).job
    silence()
    try:
        train(read_job(kind, path))
    except ValidationError as error:
        first = error.errors()[0]
        return _end(f"{path}: {'.'.join(str(part) for part in first['loc'])}: {first['msg']}")
    except EXPECTED as error:
        return _end(str(error) or type(error).__name__)
    return 0


def silence() -> None:
    """Keep the libraries from writing to the terminal; figures go to the table ``metrics``."""
    os.environ.update(ENVIRONMENT)
    warnings.simplefilter("ignore")
    import datasets
    import transformers

    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    datasets.disable_progress_bars()


def _end(sentence: str) -> int:
    sys.stderr.write(" ".join(sentence.split()) + "\n")
    return 1
