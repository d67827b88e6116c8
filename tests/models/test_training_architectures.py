"""Architectures: stock models are trained by the same code as the tiny student."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from safetensors.torch import load_file

from models.training.finetune import finetune
from models.training.reinforce import reinforce
from tests.models.folders import ARCHITECTURES
from tests.models.training_ground import make_ground


@pytest.mark.slow
@pytest.mark.parametrize("side", [56, 112])
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_a_stock_architecture_learns_from_conversations_and_rollouts(architecture: str, side: int, tmp_path: Path) -> None:
    ground = make_ground(tmp_path, architecture, side, count=4)
    tuned = finetune(ground.finetune_job("tuned", steps=1))
    job = ground.reinforce_job("strong", steps=1, weight={"name": "exp"}).model_copy(update={"model": str(tuned)})
    strong = reinforce(job)
    weights = [load_file(folder / "model.safetensors") for folder in (ground.root / "student", tuned, strong)]
    for before, after in pairwise(weights):
        assert before.keys() == after.keys()
        assert any(not before[name].equal(after[name]) for name in before)
    rollouts = ground.store.run("run_strong").read("rollouts").to_pylist()
    assert all(row["image_tokens"] > 0 and row["completion_tokens"] > 0 for row in rollouts)
