"""Rescore: the rewards that a training had give its saved rollouts what they were given then."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.training.config import ReinforceConfig
from models.training.errors import TrainingError
from models.training.reinforce import reinforce
from models.training.rescore import changes, effect, flips, rescore
from models.training.saved import SavedRun, read_saved
from tests.models.training_ground import Ground, make_ground

STEPS = 2


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return make_ground(tmp_path_factory.mktemp("rescored"))


@pytest.fixture(scope="module")
def saved(ground: Ground) -> SavedRun:
    """The rollouts of a training with the parts format, outcome and random."""
    job = ground.reinforce_job("first", steps=STEPS)
    reinforce(job)
    return read_saved(ground.store, "run_first", job.student)


def config(ground: Ground, **rewards: float) -> ReinforceConfig:
    own = ground.reinforce_job("first", steps=STEPS).config
    return ReinforceConfig.model_validate(own.model_dump() | ({"rewards": rewards} if rewards else {}))


def test_the_same_rewards_give_the_same_parts_rewards_and_advantages(ground: Ground, saved: SavedRun) -> None:
    groups = rescore(saved, config(ground))
    found = [one for group in groups for one in group]
    assert len(found) == len(saved.rows) == STEPS * 2 * 4
    for one in found:
        assert (one.old_parts, one.row["reward"], one.row["advantage"]) == (one.parts, one.reward, one.advantage)
    assert all(change.changed == 0 for change in changes(groups))
    assert flips(groups, 9) == []


def test_refilled_groups_share_the_deviation_of_their_round_and_not_of_those_that_were_kept(ground: Ground) -> None:
    job = ground.reinforce_job("refilled", steps=STEPS, refill={"tries": 1}, trl={"scale_rewards": "batch"})
    reinforce(job)
    saved = read_saved(ground.store, "run_refilled", job.student)
    assert saved.refilled
    for one in [one for group in rescore(saved, job.config) for one in group]:
        assert (one.row["reward"], one.row["advantage"]) == (one.reward, one.advantage)


def test_other_rewards_are_counted_by_part_and_group(ground: Ground, saved: SavedRun) -> None:
    groups = rescore(saved, config(ground, random=-1.0))
    found = {change.part: change for change in changes(groups)}
    assert (found["random"].changed, found["format"].changed, found["format"].new_mean) == (0, len(saved.rows), None)
    assert effect(groups).reordered == effect(groups).groups == effect(groups).effective_now == 4
    moved = flips(groups, 3)
    assert len(moved) == 3
    assert moved[0].change >= moved[1].change >= moved[2].change > 0


def test_a_scale_that_does_not_exist_is_named_beside_those_that_do(ground: Ground, saved: SavedRun) -> None:
    with pytest.raises(TrainingError, match="scale_rewards is 'grup', which is none of group, batch, none"):
        rescore(saved, config(ground).model_copy(update={"trl": {"scale_rewards": "grup"}}))


def test_rows_beside_those_whose_sample_is_gone_are_scored(ground: Ground, saved: SavedRun) -> None:
    gone = saved.rows[0]["sample_id"]
    left = [row for row in saved.rows if row["sample_id"] != gone]
    holed = replace(saved, missing={gone: len(saved.rows) - len(left)})
    assert sum(map(len, rescore(holed, config(ground)))) == len(left)
