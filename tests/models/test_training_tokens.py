"""Tokens: where it is asked for, the tables hold what the policy wrote token by token."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.catalog import query
from data.store import RunFolder
from models.training.reinforce import reinforce
from tests.models.training_ground import Ground, make_ground


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return make_ground(tmp_path_factory.mktemp("tokens"), count=4)


@pytest.fixture(scope="module")
def run(ground: Ground) -> RunFolder:
    reinforce(ground.reinforce_job("told", steps=1, log_tokens=True))
    return ground.store.run("run_told")


def test_every_rollout_has_its_tokens_and_advantage(ground: Ground, run: RunFolder) -> None:
    columns = "t.ids, t.logprobs, t.is_own, t.advantage, r.advantage, r.completion_tokens"
    _, found = query(ground.store, f"select {columns} from rollout_tokens t join rollouts r using (rollout_id)")
    assert len(found) == len(run.read("rollouts")) == 2 * 4
    for ids, logprobs, is_own, advantage, expected, count in found:
        assert (len(is_own), sum(is_own)) == (len(ids), count)
        assert logprobs is None or (len(logprobs) == len(ids) and max(logprobs) <= 0)
        assert advantage == expected


def test_tokens_are_left_out_unless_asked_for(ground: Ground, tmp_path: Path) -> None:
    quiet = ground.reinforce_job("quiet", steps=1)
    reinforce(quiet.model_copy(update={"work": tmp_path}))
    run = ground.store.run("run_quiet")
    assert run.files("rollouts")
    assert not run.files("rollout_tokens")


def test_logging_tokens_is_the_same_job(ground: Ground) -> None:
    assert ground.reinforce_job(log_tokens=True).fingerprint() == ground.reinforce_job().fingerprint()
