"""Finetune: a student learns conversations."""

from __future__ import annotations

import pytest

from models.student.load import load_student
from models.training.conversations import Order
from models.training.errors import TrainingError
from models.training.finetune import finetune
from models.training.job import read_job, write_job
from tests.models.training_ground import Ground, make_ground


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return make_ground(tmp_path_factory.mktemp("finetune"))


def test_a_finetuned_student_can_be_loaded_with_its_settings(ground: Ground) -> None:
    output = finetune(ground.finetune_job("saved"))
    assert load_student(output).config == ground.student
    assert not list(ground.root.glob(".*"))


def test_every_step_says_which_traces_it_read_and_how_it_went(ground: Ground) -> None:
    finetune(ground.finetune_job("told", steps=4, batch_size=6))
    run = ground.store.run("run_told")
    seen = run.read("seen").to_pylist()
    assert sorted({row["step"] for row in seen}) == [1, 2, 3, 4]
    assert len({row["trace_id"] for row in seen if row["step"] <= 2}) == 12
    names = {row["name"] for row in run.read("metrics").to_pylist() if row["step"] == 4}
    assert {"loss", "learning_rate", "grad_norm", "seconds_step"} <= names


def test_a_finished_job_is_not_trained_again(ground: Ground) -> None:
    output = finetune(ground.finetune_job("saved"))
    before = (output / "model.safetensors").stat().st_mtime_ns
    finetune(ground.finetune_job("saved"))
    assert (output / "model.safetensors").stat().st_mtime_ns == before


def test_lora_is_merged_into_what_is_saved(ground: Ground) -> None:
    output = finetune(ground.finetune_job("lora", lora={"r": 2, "target_modules": ["q_proj", "v_proj"]}, trl={"learning_rate": 0.01}))
    trained, base = load_student(output).model.state_dict(), load_student(ground.root / "student").model.state_dict()
    changed = {name for name in base if not trained[name].equal(base[name])}
    assert changed
    assert all("q_proj" in name or "v_proj" in name for name in changed)


def test_frozen_weights_stay_as_they_are(ground: Ground) -> None:
    output = finetune(ground.finetune_job("frozen", steps=1, frozen=["visual"], trl={"learning_rate": 0.01}))
    trained, base = load_student(output).model.state_dict(), load_student(ground.root / "student").model.state_dict()
    changed = {name for name in base if not trained[name].equal(base[name])}
    assert changed
    assert not any("visual" in name for name in changed)


def test_only_the_splits_asked_for_are_read(ground: Ground) -> None:
    with pytest.raises(TrainingError, match=r"no rows in the splits \['test'\]; it has \['train'\]"):
        finetune(ground.finetune_job("never", splits=["test"]))


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ({"trl": {"learning_rat": 1}}, "learning_rat is no field of SFTConfig"),
        ({"trl": {"max_steps": 9}}, "max_steps is decided by steps"),
        ({"trl": {"per_device_train_batch_size": 3}}, "batch_size is 4"),
        ({"trl": {"learning_rate": "much"}}, "learning_rate"),
        ({"frozen": ["visul"]}, "frozen names 'visul', which is in the name of no weight; there is for example "),
        ({"lora": {"rank": 4}}, "rank is no field of LoraConfig"),
    ],
)
def test_settings_that_cannot_be_are_one_sentence(ground: Ground, config: dict[str, object], reason: str) -> None:
    with pytest.raises(TrainingError, match=reason):
        finetune(ground.finetune_job("never", **config))


def test_a_model_that_is_not_there_is_one_sentence(ground: Ground) -> None:
    job = ground.finetune_job("never").model_copy(update={"model": str(ground.root / "nothing")})
    with pytest.raises(TrainingError, match="nothing"):
        finetune(job)


def test_a_checkpoint_of_another_job_is_refused(ground: Ground) -> None:
    output = finetune(ground.finetune_job("first", checkpoint_every=2))
    output.rename(output.with_name("elsewhere"))
    with pytest.raises(TrainingError, match="is of another job"):
        finetune(ground.finetune_job("first", checkpoint_every=2, seed=5))


def test_a_job_survives_its_file(ground: Ground) -> None:
    job = ground.finetune_job(lora={"r": 2})
    assert read_job(type(job), write_job(job, ground.root / "jobs" / "job.json")) == job


def test_the_order_reads_every_row_once_an_epoch() -> None:
    order = Order(rows=5, steps=4, batch_size=5, seed=3)
    assert all(sorted(order.step(step)) == [0, 1, 2, 3, 4] for step in (1, 2, 3, 4))
    assert [place for step in (1, 2, 3, 4) for place in order.step(step)] == list(order)
    assert order.step(1) != order.step(2)
