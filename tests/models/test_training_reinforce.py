"""Reinforce: a student learns from its own rollouts, and the tables tell how."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from data.difficulty import fold
from data.store import RunFolder
from models.training.errors import TrainingError
from models.training.reinforce import reinforce
from tests.models.training_ground import Ground, make_ground


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return make_ground(tmp_path_factory.mktemp("reinforce"))


@pytest.fixture(scope="module")
def run(ground: Ground) -> RunFolder:
    """A run of three steps with the posterior sampler and weights by difficulty."""
    reinforce(ground.reinforce_job("three", sampler={"name": "posterior"}, weight={"name": "exp", "part": "random"}))
    return ground.store.run("run_three")


def rows(run: RunFolder, table_name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = run.read(table_name).to_pylist()
    return found


def test_every_rollout_is_a_row(run: RunFolder) -> None:
    rollouts = rows(run, "rollouts")
    assert len(rollouts) == len({row["rollout_id"] for row in rollouts}) == 3 * 2 * 4
    assert {row["policy_step"] - row["step"] for row in rollouts} == {-1}
    assert all(row["image_tokens"] == 4 and row["prompt_tokens"] > 4 for row in rollouts)
    assert all(0 < row["completion_tokens"] <= 8 and row["stop_reason"] in {"end", "length"} for row in rollouts)
    assert all(row["turns"][1]["text"] == row["text"] for row in rollouts)


def test_a_reward_is_the_weighted_sum_of_its_parts(run: RunFolder) -> None:
    for row in rows(run, "rollouts"):
        parts = dict(row["rewards"])
        assert row["reward"] == pytest.approx(0.5 * parts["format"] + parts["outcome"] + parts["random"])
        assert parts["outcome"] == row["outcome"]


def test_a_group_says_what_its_rollouts_say(run: RunFolder) -> None:
    rollouts = rows(run, "rollouts")
    for group in rows(run, "groups"):
        own = [row for row in rollouts if row["group_id"] == group["group_id"]]
        assert [row["index"] for row in own] == [0, 1, 2, 3]
        assert group["mean"] == pytest.approx(sum(row["reward"] for row in own) / 4)
        assert group["outcome_mean"] == pytest.approx(sum(row["outcome"] for row in own) / 4)
        assert all(row["advantage"] == pytest.approx((row["reward"] - group["mean"]) / (group["std"] + 1e-4)) for row in own)


def test_a_loss_weight_is_of_its_group_and_part(run: RunFolder) -> None:
    rollouts = rows(run, "rollouts")
    for group in rows(run, "groups"):
        own = [dict(row["rewards"])["random"] for row in rollouts if row["group_id"] == group["group_id"]]
        assert group["loss_weight"] == pytest.approx(math.exp(1 - sum(own) / 4))


def test_difficulty_is_the_fold_of_the_rollouts(run: RunFolder) -> None:
    expected = fold(run.read("rollouts"), through_step=3).to_pylist()
    found = sorted(rows(run, "difficulty"), key=lambda row: (row["step"], row["sample_id"]))
    assert [row | {"mean_outcome": pytest.approx(row["mean_outcome"])} for row in expected] == found


def test_every_step_has_its_figures(run: RunFolder) -> None:
    figures = {(row["step"], row["name"]): row["value"] for row in rows(run, "metrics")}
    names = {"loss", "reward", "outcome", "learning_rate", "grad_norm", "seconds_generation", "seconds_reward", "seconds_update"}
    assert all((step, name) in figures for step in (1, 2, 3) for name in names)
    rewards = [row["reward"] for row in rows(run, "rollouts") if row["step"] == 2]
    assert figures[2, "reward"] == pytest.approx(sum(rewards) / len(rewards))


def test_equal_rewards_leave_the_weights_alone(ground: Ground, tmp_path: Path) -> None:
    job = ground.reinforce_job("still", steps=1, rewards={"format": 0.0, "random": 0.0}, trl={"learning_rate": 0.1, "weight_decay": 0.0})
    output = reinforce(job.model_copy(update={"work": tmp_path}))
    assert (output / "model.safetensors").read_bytes() == (ground.root / "student" / "model.safetensors").read_bytes()
    assert not any(row["effective"] for row in rows(ground.store.run("run_still"), "rollouts"))


def test_one_generation_can_feed_several_updates(ground: Ground) -> None:
    trl = {"per_device_train_batch_size": 4, "gradient_accumulation_steps": 1, "num_iterations": 2, "beta": 0.1}
    job = ground.reinforce_job("several", steps=8, trl=trl, checkpoint_every=3)
    reinforce(job)
    run = ground.store.run("run_several")
    assert run.steps("rollouts") == [1, 5]
    assert run.steps("metrics") == list(range(1, 9))
    assert "kl" in {row["name"] for row in rows(run, "metrics")}
    assert sorted(path.name for path in (run.path / "work").iterdir()) == ["checkpoint-4", "checkpoint-8"]


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ({"trl": {"temprature": 1}}, "temprature is no field of GRPOConfig"),
        ({"trl": {"num_generations": 9}}, "num_generations is decided by rollouts_per_group"),
        ({"trl": {"per_device_train_batch_size": 3}}, "which 1 processes with 3 each"),
        ({"rewards": {"formt": 1.0}}, "no reward part 'formt'; there are"),
        ({"sampler": {"name": "best"}}, "no sampler 'best'; there are curriculum, posterior"),
        ({"bands": ["none"]}, r"bands \['none'\] and data sets all; there are splits \['train'\], bands \['easy'\]"),
    ],
)
def test_settings_that_cannot_be_are_one_sentence(ground: Ground, config: dict[str, object], reason: str) -> None:
    with pytest.raises(TrainingError, match=reason):
        reinforce(ground.reinforce_job("never", **config))
