"""Equality: with weights one, one stream and uniform draws, a step is that of an unmodified ``trl.GRPOTrainer``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import torch
from datasets import Dataset
from trl import GRPOTrainer

from models.training import reinforce as training
from models.training.arguments import reinforce_arguments
from models.training.job import ReinforceJob
from models.training.reinforce import make_trainer, padded_left
from models.training.session import Session, open_session
from tests.models.scripted import ScriptedTrainer
from tests.models.training_ground import Ground, make_ground

GROUPS, ROLLOUTS = 4, 3
TOLERANCE = 1e-5
DESCENT = {"optim": "sgd", "learning_rate": 1.0, "lr_scheduler_type": "constant", "max_grad_norm": 0.0, "weight_decay": 0.0}
"""Under plain descent of rate 1 a step takes off the weights what the gradient is."""


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """Questions of different lengths about one image or two."""
    return make_ground(tmp_path_factory.mktemp("equality"), count=8, tasks={"point": 1.0, "multi_image": 1.0})


@pytest.fixture(autouse=True)
def scripted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "PolicyTrainer", ScriptedTrainer)
    monkeypatch.setenv("TRL_EXPERIMENTAL_SILENCE", "1")


class Learnt:
    """What a step learns: its loss, and the gradient of every weight."""

    def __init__(self, trainer: Any) -> None:
        before = {name: weight.detach().clone() for name, weight in trainer.model.named_parameters()}
        trainer.train()
        self.loss: float = next(row["loss"] for row in trainer.state.log_history if "loss" in row)
        self.gradients = {name: before[name] - weight.detach() for name, weight in trainer.model.named_parameters()}


def opened(job: ReinforceJob) -> Session:
    """A session whose policy stands a little beside the weights it was read from, which are the reference."""
    session = open_session(job)
    torch.manual_seed(1)
    with torch.no_grad():
        for weight in session.student.model.parameters():
            weight.add_(0.02 * torch.randn_like(weight))
    return session


def stock_trainer(job: ReinforceJob, own: ScriptedTrainer) -> GRPOTrainer:
    """TRL's own trainer, given the prompts, images, completions and rewards of ours."""
    session = opened(job)
    groups = [judged.group for judged in own._judged]
    episodes = [rollout.episode for group in groups for rollout in group.rollouts]
    rewards = [reward for judged in own._judged for reward in judged.advantages.rewards_G]
    asked = [{"role": "user", "content": group.shown.text} for group in groups]
    images = [own._generation.pool.images(group.sample) for group in groups]

    def completions(prompts: list[Any], trainer: Any) -> dict[str, Any]:
        read, _, _ = trainer._tokenize_prompts(prompts)
        return {"prompt_ids": read, "completion_ids": [list(one.ids) for one in episodes], "logprobs": None, "worth": rewards}

    return GRPOTrainer(
        model=session.student.model,
        reward_funcs=lambda worth, **_: worth,
        args=reinforce_arguments(job.config, job.student.max_new_tokens, session.work / "stock", 1),
        train_dataset=Dataset.from_dict({"prompt": [[message] for message in asked], "images": images}),
        processing_class=session.student.processor,
        rollout_func=completions,
    )


def learnt_by_both(job: ReinforceJob) -> Iterator[Learnt]:
    session = opened(job)
    with padded_left(session.student.processor.tokenizer):
        own = make_trainer(job, session)
        yield Learnt(own)
    stock = stock_trainer(job, own)
    with padded_left(stock.processing_class.tokenizer):
        yield Learnt(stock)


def assert_equal(job: ReinforceJob) -> None:
    own, stock = learnt_by_both(job)
    assert own.loss == pytest.approx(stock.loss, abs=TOLERANCE)
    largest = max(float(one.abs().max()) for one in stock.gradients.values())
    apart = {name: float((own.gradients[name] - gradient).abs().max()) for name, gradient in stock.gradients.items()}
    assert max(apart.values()) < TOLERANCE * min(1.0, largest)


@pytest.mark.parametrize(("loss_type", "beta"), [("grpo", 0.0), ("grpo", 0.2), ("dapo", 0.2), ("dr_grpo", 0.2)])
def test_loss_and_gradient_are_those_of_the_stock_trainer(ground: Ground, loss_type: str, beta: float) -> None:
    trl = DESCENT | {"loss_type": loss_type, "beta": beta, "per_device_train_batch_size": GROUPS * ROLLOUTS // 2}
    assert_equal(ground.reinforce_job(f"{loss_type}{beta}", steps=1, groups_per_step=GROUPS, rollouts_per_group=ROLLOUTS, trl=trl))


def test_rows_read_apart_are_those_of_the_stock_trainer(ground: Ground) -> None:
    trl = DESCENT | {"beta": 0.2}
    job = ground.reinforce_job("apart", steps=1, groups_per_step=GROUPS, rollouts_per_group=ROLLOUTS, pack_groups=False, trl=trl)
    assert_equal(job)


def test_the_prompts_compared_differ_in_length_and_images(ground: Ground) -> None:
    job = ground.reinforce_job("shown", steps=1, groups_per_step=GROUPS, rollouts_per_group=ROLLOUTS)
    own = make_trainer(job, open_session(job))
    with padded_left(own.processing_class.tokenizer):
        own.train()
    rows = ground.store.run(job.run_id).read("rollouts").to_pylist()
    assert {row["image_tokens"] for row in rows} == {4, 8}
    assert len({row["prompt_tokens"] for row in rows}) == 2
    assert len({row["completion_tokens"] for row in rows}) > 2
