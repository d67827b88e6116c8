"""Refill: groups without a signal are replaced by others, and every round is in the tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from data.difficulty import fold
from data.store import RunFolder
from models.training import reinforce as training
from models.training.log import TrainingLog
from models.training.standing import Standings
from tests.models.scripted import ScriptedTrainer
from tests.models.training_ground import Ground, make_ground

STEPS, GROUPS, ROLLOUTS, TRIES = 3, 4, 2, 2


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return make_ground(tmp_path_factory.mktemp("refill"))


@pytest.fixture(scope="module", autouse=True)
def scripted() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "PolicyTrainer", ScriptedTrainer)
        yield


def trained(ground: Ground, name: str, **config: Any) -> RunFolder:
    shape = {"steps": STEPS, "groups_per_step": GROUPS, "rollouts_per_group": ROLLOUTS, "rewards": {"outcome": 1.0}}
    training.reinforce(ground.reinforce_job(name, **shape | {"refill": {"tries": TRIES}} | config))
    return ground.store.run(f"run_{name}")


@pytest.fixture(scope="module")
def run(ground: Ground) -> RunFolder:
    return trained(ground, "refilled", sampler={"name": "variance"})


def rows(run: RunFolder, table_name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = run.read(table_name).to_pylist()
    return found


def outcomes(run: RunFolder) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for row in rows(run, "rollouts"):
        found.setdefault(row["group_id"], []).append(row["outcome"])
    return found


def test_flat_groups_are_replaced_round_by_round_until_no_try_is_left(run: RunFolder) -> None:
    known = outcomes(run)
    for step in range(1, STEPS + 1):
        groups = [row for row in rows(run, "groups") if row["step"] == step]
        in_round = [[row for row in groups if row["round"] == number] for number in range(TRIES + 1)]
        flat = [sum(len(set(known[row["group_id"]])) == 1 for row in one) for one in in_round]
        assert [len(one) for one in in_round] == [GROUPS, *flat[:-1]]
    decisions = Counter((row["decision"], len(set(known[row["group_id"]])) == 1) for row in rows(run, "groups"))
    assert decisions.keys() == {("taken", False), ("refilled", True), ("kept_flat", True)}
    assert sum(number for (decision, _), number in decisions.items() if decision != "refilled") == STEPS * GROUPS


def test_a_group_that_is_kept_flat_is_one_of_the_last_round(run: RunFolder) -> None:
    assert {row["round"] for row in rows(run, "groups") if row["decision"] == "kept_flat"} == {TRIES}
    assert {row["round"] for row in rows(run, "groups") if row["decision"] == "refilled"} == set(range(TRIES))


def test_every_round_is_drawn_with_a_weight_and_without_replacement(run: RunFolder) -> None:
    for step in range(1, STEPS + 1):
        drawn = [row["sample_id"] for row in rows(run, "groups") if row["step"] == step]
        assert len(set(drawn)) == min(len(drawn), 12)
    assert all(row["draw_weight"] > 0 for row in rows(run, "groups"))
    assert len({row["group_id"] for row in rows(run, "groups")}) == len(rows(run, "groups"))


def test_refilled_rollouts_are_rows_that_move_nothing(run: RunFolder) -> None:
    decisions = {row["group_id"]: row["decision"] for row in rows(run, "groups")}
    effects = Counter((decisions[row["group_id"]], row["effective"]) for row in rows(run, "rollouts"))
    assert {decision for decision, is_effective in effects if is_effective} == {"taken"}
    assert len(rows(run, "rollouts")) == ROLLOUTS * len(decisions)
    assert len({row["seed"] for row in rows(run, "rollouts")}) == len(rows(run, "rollouts"))


def test_difficulty_is_the_fold_of_all_rollouts_the_refilled_included(run: RunFolder) -> None:
    live = sorted(rows(run, "difficulty"), key=lambda row: (row["step"], row["sample_id"]))
    folded = sorted(fold(run.files("rollouts"), STEPS).to_pylist(), key=lambda row: (row["step"], row["sample_id"]))
    assert live == folded
    assert max(row["attempts"] for row in live) > ROLLOUTS


def test_a_restored_standing_is_that_of_the_step(run: RunFolder) -> None:
    standings = Standings()
    for _, found in TrainingLog(run).outcomes(through_step=2):
        standings.observe(found)
    known = [row for row in rows(run, "difficulty") if row["step"] == 2]
    assert standings.rows(2, [row["sample_id"] for row in known]) == [
        {name: value for name, value in row.items() if name != "run_id"} for row in known
    ]


def test_what_a_step_cost_is_a_figure(run: RunFolder) -> None:
    figures = {(row["step"], row["name"]): row["value"] for row in rows(run, "metrics")}
    for step in range(1, STEPS + 1):
        groups = [row for row in rows(run, "groups") if row["step"] == step]
        refilled = sum(row["decision"] == "refilled" for row in groups)
        assert figures[step, "refill/rollouts"] == ROLLOUTS * len(groups)
        assert figures[step, "refill/rounds"] == max(row["round"] for row in groups)
        assert figures[step, "refill/share"] == pytest.approx(refilled / len(groups))


def test_a_pair_is_refilled_as_a_pair(ground: Ground) -> None:
    streams = {"name": "dual", "share": 1.0}
    groups = rows(trained(ground, "pairs", streams=streams, steps=2), "groups")
    by_round: dict[tuple[int, int], list[dict[str, Any]]] = {}
    for row in groups:
        by_round.setdefault((row["step"], row["round"]), []).append(row)
    assert any(number for _, number in by_round)
    for drawn in by_round.values():
        assert [row["stream"] for row in drawn] == ["grounded", "textual"] * (len(drawn) // 2)
        assert all(one["sample_id"] == other["sample_id"] for one, other in zip(drawn[::2], drawn[1::2], strict=True))
        assert all(
            {one["decision"], other["decision"]} != {"taken", "refilled"} for one, other in zip(drawn[::2], drawn[1::2], strict=True)
        )
