"""Seams: the next reward part and the next sampler are one file each and a line in a recipe."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import pytest

from data.catalog import query
from data.store import RunFolder
from models.training import rewards, samplers
from models.training.checkpoints import SEAL
from models.training.reinforce import reinforce
from models.training.rewards import REWARDS
from models.training.samplers import SAMPLERS
from tests.models.training_ground import Ground, make_ground

PART = '''
from models.training.rewards import RewardContext, register
from models.training.rollout import Group, Parts


@register("brevity")
class Brevity:
    """Less for every token; the first rollout of a group cannot be judged."""

    def score(self, group: Group, context: RewardContext) -> list[Parts]:
        return [{"brevity": -0.1 * rollout.index if rollout.index else None} for rollout in group.rollouts]
'''
SAMPLER = '''
from models.training.rollout import Draw
from models.training.samplers import Candidates, check_keys, register


@register("first")
class First:
    """The first samples, again and again."""

    def __init__(self, candidates: Candidates, seed: int, weight: float = 1.0) -> None:
        self.sample_ids, self.weight, self.drawn = list(candidates.sample_ids), weight, 0

    def draw(self, n: int, step: int, avoid: frozenset[str] = frozenset()) -> list[Draw]:
        self.drawn += n
        return [Draw(sample_id, self.weight) for sample_id in self.sample_ids[:n]]

    def observe(self, outcomes: dict[str, list[float]]) -> None:
        """Nothing is learned of them."""

    def state_dict(self) -> dict[str, int]:
        return {"drawn": self.drawn}

    def load_state_dict(self, state: dict[str, int]) -> None:
        check_keys(self.state_dict(), state)
        self.drawn = state["drawn"]

    def metrics(self) -> dict[str, float]:
        return {"sampler/drawn": float(self.drawn)}
'''


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return make_ground(tmp_path_factory.mktemp("seams"))


@pytest.fixture(scope="module")
def run(ground: Ground) -> RunFolder:
    """A run by a recipe that names a part and a sampler of new files."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ground.root)
        for registry, name, text in ((REWARDS, "brevity", PART), (SAMPLERS, "first", SAMPLER)):
            (ground.root / f"{name}_strategy.py").write_text(text)
            patch.setitem(registry, name, None)
            importlib.import_module(f"{name}_strategy")
        sampler = {"name": "first", "options": {"weight": 3.0}}
        reinforce(ground.reinforce_job("new", rewards={"brevity": 1.0, "format": 0.0}, sampler=sampler, checkpoint_every=2))
    return ground.store.run("run_new")


def rows(run: RunFolder, table_name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = run.read(table_name).to_pylist()
    return found


def test_a_new_part_is_rewarded_and_has_its_column(ground: Ground, run: RunFolder) -> None:
    names, found = query(ground.store, f"select index, reward, reward_brevity from rollouts where run_id = '{run.run_id}' and index > 0")
    assert names == ["index", "reward", "reward_brevity"]
    assert len(found) == 3 * 2 * 3
    assert all(reward == part == pytest.approx(-0.1 * index) for index, reward, part in found)


def test_a_part_that_could_not_be_computed_masks_its_rollout_in_the_tables(run: RunFolder) -> None:
    expected = {0: 0, 1: 0.1 / 0.1001, 2: 0, 3: -0.1 / 0.1001}
    for row in rows(run, "rollouts"):
        is_first = row["index"] == 0
        assert (row["masked"], row["reward"] is None, row["effective"] is False) == (is_first, is_first, row["advantage"] == 0)
        assert row["advantage"] == pytest.approx(expected[row["index"]])
        assert row["outcome"] is not None
    assert all((row["n"], row["mean"], row["std"]) == (4, pytest.approx(-0.2), pytest.approx(0.1)) for row in rows(run, "groups"))
    figures = [row["value"] for row in rows(run, "metrics") if row["name"] == "reward"]
    assert figures == pytest.approx([-0.2] * 3)


def test_a_new_sampler_draws_reports_and_keeps_its_state(run: RunFolder) -> None:
    assert {row["draw_weight"] for row in rows(run, "groups")} == {3.0}
    assert len({row["sample_id"] for row in rows(run, "groups")}) == 2
    assert [row["value"] for row in rows(run, "metrics") if row["name"] == "sampler/drawn"] == [2, 4, 6]
    seal = json.loads((run.path / "work" / "checkpoint-3" / SEAL).read_bytes())
    assert seal["state"] == {"drawn": 6}


@pytest.mark.parametrize(("package", "registry"), [(rewards, REWARDS), (samplers, SAMPLERS)])
def test_every_strategy_is_a_file_of_the_package_found_by_itself(package: Any, registry: dict[str, Any]) -> None:
    files = {path.stem for path in Path(package.__file__).parent.glob("*.py")}
    assert set(registry) <= files
    assert not any(name in Path(package.__file__).read_text() for name in registry)
