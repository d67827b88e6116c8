import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from data.store import Store
from data.viewing import ViewConfig
from models.student.config import PretrainConfig, StudentConfig
from models.student.load import load_student
from models.student.tiny.job import PretrainJob
from models.student.tiny.pretrain import pretrain

ROOT = Path(__file__).parents[2]
SMALL = PretrainConfig(width=32, heads=2, layers=2, vision_layers=1, vision_steps=3, binding_steps=12, batch_size=4, binding_batch_size=4)
STUDENT = StudentConfig(view=ViewConfig(space="grid:100", factor=28, min_pixels=112 * 112, max_pixels=112 * 112))


def job(folder: Path) -> PretrainJob:
    return PretrainJob(store=folder / "store", run_id="run_1", config=SMALL, student=STUDENT, output=folder / "student")


def start(job: PretrainJob, folder: Path) -> subprocess.Popen[bytes]:
    path = folder / "job.json"
    path.write_text(job.model_dump_json())
    command = [sys.executable, "-m", "models.student.tiny.pretrain", "--job", str(path)]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def weights(job: PretrainJob) -> bytes:
    return (job.output / "model.safetensors").read_bytes()


@pytest.mark.slow
def test_a_killed_pretraining_ends_with_the_weights_of_one_left_alone(tmp_path: Path) -> None:
    alone, killed = job(tmp_path / "alone"), job(tmp_path / "killed")
    for one in (alone, killed):
        one.store.mkdir(parents=True)
    child = start(killed, tmp_path / "killed")
    perceived = killed.store / "runs" / "run_1" / "work" / "perception.safetensors"
    while not perceived.exists() and child.poll() is None:
        time.sleep(0.01)
    child.kill()
    child.wait()
    assert perceived.exists()
    assert not killed.output.exists()
    assert start(alone, tmp_path / "alone").wait() == 0
    assert start(killed, tmp_path / "killed").wait() == 0
    assert weights(killed) == weights(alone)


def test_a_pretrained_student_loads_with_its_settings_and_leaves_its_figures(tmp_path: Path) -> None:
    done = job(tmp_path)
    done.store.mkdir()
    folder = pretrain(done)
    assert load_student(folder).config == STUDENT
    figures = Store(done.store).run("run_1").read("metrics").to_pylist()
    assert {(row["step"], row["name"]) for row in figures} >= {(1, "perception_loss"), (10, "binding_loss"), (15, "binding_right")}
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_pretraining_that_is_done_is_not_done_again(tmp_path: Path) -> None:
    done = job(tmp_path)
    done.output.mkdir()
    (done.output / "fovea.json").write_text(json.dumps({}))
    assert pretrain(done) == done.output
    assert not done.store.exists()
