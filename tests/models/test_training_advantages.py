"""Advantages and weights: what a group teaches."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from models.training.advantages import EPSILON, Advantages, Scale, total_reward
from models.training.advantages import advantages as advantages_of
from models.training.config import ReinforceConfig, RewardConfig, WeightConfig
from models.training.rollout import Parts
from models.training.weights import group_weight

REWARDS = {"format": RewardConfig(weight=0.5), "outcome": RewardConfig(weight=1.0)}
VALUES = st.floats(0, 1, allow_subnormal=False)
GROUPS = st.lists(st.fixed_dictionaries({"format": st.sampled_from([0.0, 1.0]), "outcome": VALUES}), min_size=2, max_size=9)
HOLED = st.lists(
    st.fixed_dictionaries({"format": st.sampled_from([0.0, 1.0, None]), "outcome": VALUES | st.none()}), min_size=2, max_size=9
)


def advantages(groups: list[list[Parts]], rewards: dict[str, RewardConfig], scale: Scale = Scale.GROUP) -> list[Advantages]:
    return advantages_of([[total_reward(parts, rewards) for parts in group] for group in groups], scale)


def parts(*outcomes: float | None) -> list[Parts]:
    return [{"format": 1.0, "outcome": outcome} for outcome in outcomes]


@given(GROUPS)
def test_an_advantage_is_the_distance_from_the_mean_in_deviations(group: list[Parts]) -> None:
    rewards = np.array([total_reward(one, REWARDS) for one in group], dtype=float)
    expected = (rewards - rewards.mean()) / (rewards.std(ddof=1) + EPSILON)
    assert advantages([group], REWARDS)[0].values_G == pytest.approx(expected, abs=1e-9)


@given(GROUPS)
def test_advantages_of_a_group_sum_to_zero(group: list[Parts]) -> None:
    assert math.fsum(advantages([group], REWARDS)[0].values_G) == pytest.approx(0, abs=1e-7)


@given(VALUES, st.integers(2, 9))
def test_exactly_equal_parts_have_no_advantage(outcome: float, size: int) -> None:
    assert advantages([parts(*[outcome] * size)], REWARDS)[0].values_G == (0.0,) * size


def test_parts_that_differ_but_add_up_to_one_reward_have_no_advantage() -> None:
    group: list[Parts] = [{"left": 0.7, "right": 0.0}, {"left": 0.0, "right": 0.7}, {"left": 0.7, "right": 0.0}]
    assert advantages([group], {"left": RewardConfig(weight=0.1), "right": RewardConfig(weight=0.1)})[0].values_G == (0.0, 0.0, 0.0)


def test_nearly_equal_parts_have_an_advantage() -> None:
    assert any(advantages([parts(0.3, 0.3 + 1e-9)], REWARDS)[0].values_G)


@given(HOLED)
def test_a_part_that_is_unknown_masks_its_rollout_alone(group: list[Parts]) -> None:
    known = [one for one in group if None not in one.values()]
    found = advantages([group], REWARDS)[0]
    alone = advantages([known], REWARDS)[0]
    assert found.masked_G == tuple(None in one.values() for one in group)
    assert [value for value, masked in zip(found.values_G, found.masked_G, strict=True) if not masked] == list(alone.values_G)
    assert all(value == 0 for value, masked in zip(found.values_G, found.masked_G, strict=True) if masked)
    assert (found.mean, found.std) == (alone.mean, alone.std)


def test_a_group_with_one_known_rollout_teaches_nothing() -> None:
    assert advantages([parts(1.0, None, None)], REWARDS)[0].values_G == (0.0, 0.0, 0.0)


def test_a_part_without_weight_neither_masks_nor_distinguishes() -> None:
    group: list[Parts] = [{"outcome": 1.0, "random": None}, {"outcome": 1.0, "random": 0.3}]
    found = advantages([group], {"outcome": RewardConfig(weight=1.0), "random": RewardConfig(weight=0.0)})[0]
    assert found.values_G == (0.0, 0.0)
    assert not any(found.masked_G)


def test_a_part_that_does_not_apply_adds_nothing() -> None:
    assert total_reward({"format": 1.0}, REWARDS) == 0.5


@given(GROUPS)
def test_the_order_of_rollouts_does_not_matter(group: list[Parts]) -> None:
    turned = group[::-1]
    assert advantages([turned], REWARDS)[0].values_G == pytest.approx(advantages([group], REWARDS)[0].values_G[::-1], abs=1e-7)


def test_scaling_by_the_batch_divides_groups_by_one_deviation() -> None:
    groups = [parts(0.0, 1.0), parts(0.4, 0.6)]
    std = np.std([0.5, 1.5, 0.9, 1.1], ddof=1)
    found = advantages(groups, REWARDS, Scale.BATCH)
    assert found[1].values_G == pytest.approx((-0.1 / (std + EPSILON), 0.1 / (std + EPSILON)))


def test_without_scaling_an_advantage_is_a_difference() -> None:
    assert advantages([parts(0.0, 1.0)], REWARDS, Scale.NONE)[0].values_G == (-0.5, 0.5)


@given(st.lists(VALUES, min_size=1, max_size=9))
def test_an_exp_weight_is_of_the_group_mean(outcomes: list[float]) -> None:
    weight = group_weight(WeightConfig(name="exp"), parts(*outcomes), outcomes, [False] * len(outcomes))
    assert weight == pytest.approx(math.exp(1 - np.mean(outcomes)))
    assert 1 <= weight <= math.e + 1e-9


def test_a_weight_is_of_the_part_it_names() -> None:
    group: list[Parts] = [{"soft_iou": 0.5, "format": 1.0}, {"soft_iou": 0.0, "format": 1.0}]
    assert group_weight(WeightConfig(name="exp", part="soft_iou"), group, [1.0, 1.0], [False, False]) == pytest.approx(math.exp(0.75))


def test_masked_rollouts_do_not_weigh() -> None:
    weight = group_weight(WeightConfig(name="exp"), parts(1.0, None), [1.0, 0.0], [False, True])
    assert weight == 1.0


def test_outcomes_that_are_not_known_do_not_weigh() -> None:
    assert group_weight(WeightConfig(name="exp"), parts(1.0, 1.0), [None, 0.5], [False, False]) == pytest.approx(math.exp(0.5))
    assert group_weight(WeightConfig(name="exp"), parts(1.0, 1.0), [None, None], [False, False]) == 1.0


def test_a_weight_by_a_part_that_is_not_scored_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"weight\.part 'soft_iuo' is no part of rewards, which are format, soft_iou"):
        ReinforceConfig.model_validate({"steps": 1, "rewards": {"soft_iou": 1, "format": 1}, "weight": {"name": "exp", "part": "soft_iuo"}})


def test_no_weight_is_one() -> None:
    assert group_weight(WeightConfig(), parts(0.1, 0.2), [0.1, 0.2], [False, False]) == 1.0
