"""Processes: two that share a step make of the same completions what one makes."""

from __future__ import annotations

import shutil
from typing import Any

import pytest
from safetensors.torch import load_file

from data.store import RunFolder, Store
from models.training import reinforce as training
from models.training.job import TrainingJob, write_job
from tasks.child import launch
from tests.models.scripted import ScriptedTrainer
from tests.models.training_ground import make_ground

GROUPS, STEPS = 3, 2
"""An odd number of groups, so that two processes share one: half of its rollouts are on each."""
TRL = {"learning_rate": 0.1, "optim": "sgd", "lr_scheduler_type": "constant", "beta": 0.1}
"""Plain descent, which makes no sign of a gradient's last digits."""


@pytest.fixture(scope="module")
def jobs(tmp_path_factory: pytest.TempPathFactory) -> tuple[TrainingJob, TrainingJob]:
    """The same training by one process and by two."""
    root = tmp_path_factory.mktemp("processes")
    ground = make_ground(root)
    weight = {"name": "exp", "part": "random"}
    alone = ground.reinforce_job(
        "alone", steps=STEPS, groups_per_step=GROUPS, sampler={"name": "posterior"}, refill={"tries": 2}, weight=weight, trl=TRL
    )
    shutil.copytree(alone.store, root / "elsewhere")
    shared = alone.model_copy(update={"store": root / "elsewhere", "output": root / "shared"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "PolicyTrainer", ScriptedTrainer)
        training.reinforce(alone)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CUDA_VISIBLE_DEVICES", "")
        patch.setenv("HF_HUB_OFFLINE", "1")
        launch("tests.models.scripted", write_job(shared, root / "shared.json"), root / "child.log", processes=2, threads=1)
    return alone, shared


def run(job: TrainingJob) -> RunFolder:
    return Store.open(job.store).run(job.run_id)


def rows(job: TrainingJob, table_name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = run(job).read(table_name).to_pylist()
    return found


@pytest.mark.slow
def test_two_processes_write_the_rows_of_one(jobs: tuple[TrainingJob, TrainingJob]) -> None:
    alone, shared = jobs
    for table_name in ("groups", "difficulty"):
        assert rows(shared, table_name) == rows(alone, table_name)
    rollouts = [rows(job, "rollouts") for job in jobs]
    assert rollouts[0] == rollouts[1]
    assert len(rollouts[0]) == 4 * len(rows(alone, "groups")) > STEPS * GROUPS * 4
    assert len({row["loss_weight"] for row in rows(alone, "groups")}) == len(rows(alone, "groups"))
    assert len({row["seed"] for row in rollouts[0]}) == len(rollouts[0])


@pytest.mark.slow
def test_two_processes_learn_what_one_does(jobs: tuple[TrainingJob, TrainingJob]) -> None:
    alone, shared = jobs
    before, one, two = (
        load_file(folder / "model.safetensors") for folder in (alone.output.with_name("student"), alone.output, shared.output)
    )
    moved = max(float((one[name] - before[name]).abs().max()) for name in one)
    apart = max(float((one[name] - two[name]).abs().max()) for name in one)
    assert moved > 1e-3
    assert apart < 1e-3 * moved


@pytest.mark.slow
def test_two_processes_report_the_figures_of_one(jobs: tuple[TrainingJob, TrainingJob]) -> None:
    one, two = ({(row["step"], row["name"]): row["value"] for row in rows(job, "metrics")} for job in jobs)
    assert one.keys() == two.keys()
    assert {place: value for place, value in one.items() if not place[1].startswith("seconds_")} == {
        place: pytest.approx(value, rel=1e-3, abs=1e-6) for place, value in two.items() if not place[1].startswith("seconds_")
    }
