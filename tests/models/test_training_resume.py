"""Resume: a training that is killed anywhere ends as if it had not been."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.torch import load_file

from data.store import Store
from models.training.checkpoints import Seal, newest_checkpoint, remove_unsealed, seal_checkpoint
from models.training.errors import TrainingError
from models.training.finetune import finetune
from models.training.job import TrainingJob, write_job
from models.training.reinforce import reinforce
from tests.models.training_ground import Ground, make_ground

CLOCK = "seconds_"
START_S = 60.0
STEPS = 7


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return make_ground(tmp_path_factory.mktemp("resume"))


def start(verb: str, job: TrainingJob) -> subprocess.Popen[bytes]:
    """A child at work, as a parent task starts one."""
    path = write_job(job, job.output.with_suffix(".json"))
    command = [sys.executable, "-m", f"models.training.{verb}", "--job", str(path)]
    environment = os.environ | {"HF_HUB_OFFLINE": "1"}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def run_to_end(verb: str, job: TrainingJob) -> None:
    child = start(verb, job)
    output, errors = child.communicate(timeout=300)
    assert (child.returncode, output, errors) == (0, b"", b"")


def kill_when(is_time: Callable[[], bool], verb: str, job: TrainingJob) -> None:
    """Start the child and kill it as soon as it has done that much; that it was at work until then is asserted."""
    child = start(verb, job)
    ends = time.monotonic() + START_S
    while not (is_due := is_time()) and child.poll() is None and time.monotonic() < ends:
        time.sleep(0.002)
    child.send_signal(signal.SIGKILL)
    child.communicate()
    assert is_due
    assert child.returncode == -signal.SIGKILL
    assert not job.output.exists()


class FilesSeen:
    """How many files a run has made so far, those that are gone again included."""

    def __init__(self, run: Path) -> None:
        self._run = run
        self._seen: set[Path] = set()

    def __call__(self) -> int:
        for folder, _, names in os.walk(self._run):
            self._seen.update(Path(folder) / name for name in names)
        return len(self._seen)


def rows(store: Path, run_id: str, table_name: str) -> list[dict[str, Any]]:
    """Live rows without what the clock says."""
    found = Store.open(store).run(run_id).read(table_name).to_pylist()
    return [row for row in found if not row.get("name", "").startswith(CLOCK)]


def elsewhere(job: TrainingJob, root: Path) -> TrainingJob:
    """The same job in a copy of the store, before anything of it ran."""
    shutil.copytree(job.store, root / "store", ignore=shutil.ignore_patterns("run_*"))
    return job.model_copy(update={"store": root / "store", "output": root / "out"})


def assert_same(verb: str, first: TrainingJob, second: TrainingJob, *tables: str) -> None:
    for table_name in tables:
        assert rows(second.store, second.run_id, table_name) == rows(first.store, first.run_id, table_name), f"{table_name} of {verb}"
    one, other = load_file(first.output / "model.safetensors"), load_file(second.output / "model.safetensors")
    assert one.keys() == other.keys()
    assert all(one[name].equal(other[name]) for name in one)


@pytest.fixture(scope="module")
def whole(ground: Ground) -> TrainingJob:
    """A reinforcement that nobody killed."""
    trl = {"learning_rate": 1e-2, "beta": 0.05}
    drawing = {"sampler": {"name": "posterior", "options": {"decay": 0.9}}, "refill": {"tries": 1}}
    job = ground.reinforce_job("whole", steps=STEPS, checkpoint_every=2, weight={"name": "exp"}, trl=trl, **drawing)
    reinforce(job)
    return job


@pytest.mark.slow
def test_a_killed_reinforcement_ends_bit_equal(whole: TrainingJob, tmp_path: Path) -> None:
    killed = elsewhere(whole, tmp_path)
    live = killed.store / "runs" / killed.run_id
    kill_when(lambda: (live / "rollouts" / "step-00000004.parquet").exists(), "reinforce", killed)
    kill_when(lambda: (live / "work" / "checkpoint-6" / "optimizer.pt").exists(), "reinforce", killed)
    run_to_end("reinforce", killed)
    assert_same("reinforce", whole, killed, "rollouts", "groups", "difficulty", "metrics")
    assert {row["decision"] for row in rows(whole.store, whole.run_id, "groups")} >= {"refilled", "kept_flat"}


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_a_reinforcement_killed_at_any_file_ends_bit_equal(whole: TrainingJob, tmp_path: Path, seed: int) -> None:
    killed = elsewhere(whole, tmp_path)
    count = FilesSeen(killed.store / "runs" / killed.run_id)
    made = FilesSeen(whole.store / "runs" / whole.run_id)()
    number = int(np.random.default_rng(seed).integers(1, made))
    kill_when(lambda: count() >= number, "reinforce", killed)
    run_to_end("reinforce", killed)
    assert_same(f"reinforce, killed at file {number} of {made},", whole, killed, "rollouts", "groups", "difficulty", "metrics")


@pytest.mark.slow
def test_a_killed_finetuning_ends_bit_equal(ground: Ground, tmp_path: Path) -> None:
    lora = {"r": 2, "target_modules": ["q_proj", "v_proj"], "lora_dropout": 0.2}
    whole = ground.finetune_job("tuned", steps=STEPS, checkpoint_every=3, lora=lora, trl={"learning_rate": 1e-2})
    killed = elsewhere(whole, tmp_path)
    finetune(whole)
    live = killed.store / "runs" / killed.run_id
    kill_when(lambda: (live / "seen" / "step-00000005.parquet").exists(), "finetune", killed)
    run_to_end("finetune", killed)
    assert_same("finetune", whole, killed, "seen", "metrics")


def test_a_child_that_cannot_train_says_one_sentence(ground: Ground) -> None:
    child = start("reinforce", ground.reinforce_job("bad", trl={"temprature": 2}))
    output, errors = child.communicate(timeout=180)
    assert (child.returncode, output) == (1, b"")
    assert errors == b"[reinforce.trl] temprature is no field of GRPOConfig; is it temperature?\n"


def test_a_checkpoint_without_a_seal_does_not_count(tmp_path: Path) -> None:
    for step in (2, 4):
        (tmp_path / f"checkpoint-{step}").mkdir()
    seal_checkpoint(tmp_path / "checkpoint-2", Seal(2, "job", {"position": 6}))
    remove_unsealed(tmp_path)
    found = newest_checkpoint(tmp_path, "job")
    assert found is not None
    assert (found.path.name, found.seal) == ("checkpoint-2", Seal(2, "job", {"position": 6}))
    assert not (tmp_path / "checkpoint-4").exists()


def test_the_newest_whole_checkpoint_counts(tmp_path: Path) -> None:
    for step in (8, 16, 24):
        (tmp_path / f"checkpoint-{step}").mkdir()
        seal_checkpoint(tmp_path / f"checkpoint-{step}", Seal(step, "job", {}))
    found = newest_checkpoint(tmp_path, "job")
    assert found is not None
    assert found.seal.step == 24


def test_a_checkpoint_of_another_job_is_no_start(tmp_path: Path) -> None:
    (tmp_path / "checkpoint-1").mkdir()
    seal_checkpoint(tmp_path / "checkpoint-1", Seal(1, "another", {}))
    with pytest.raises(TrainingError, match="is of another job"):
        newest_checkpoint(tmp_path, "job")
