"""Advantages and weights: what a group teaches."""

from __future__ import annotations

import math
import random
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from data.sample import Task
from models.training.advantages import EPSILON, Advantages, Scale, total_reward
from models.training.advantages import advantages as advantages_of
from models.training.config import ReinforceConfig, RewardConfig, WeightConfig
from models.training.judge import Judge, JudgedGroup
from models.training.rollout import Group, Parts, Stream
from models.training.weights import group_weight, normalised
from tests.models.rollouts import FRAMES, make_group, make_sample

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


@given(HOLED, st.randoms(use_true_random=False))
def test_the_order_of_rollouts_does_not_matter(group: list[Parts], chance: random.Random) -> None:
    places = list(range(len(group)))
    chance.shuffle(places)
    plain, turned = advantages([group], REWARDS)[0], advantages([[group[place] for place in places]], REWARDS)[0]
    assert [plain.values_G[place] for place in places] == list(turned.values_G)
    assert (plain.mean, plain.std) == (turned.mean, turned.std)


@given(st.lists(GROUPS, min_size=2, max_size=5), st.sampled_from([Scale.GROUP, Scale.NONE]), st.integers(1, 4))
def test_how_groups_are_spread_over_processes_does_not_matter(groups: list[list[Parts]], scale: Scale, at: int) -> None:
    apart = [*advantages(groups[:at], REWARDS, scale), *advantages(groups[at:], REWARDS, scale)]
    assert apart == advantages(groups, REWARDS, scale)


@given(st.fixed_dictionaries({"format": VALUES, "outcome": VALUES}), st.integers(1, 9), st.integers(0, 3), st.sampled_from(Scale))
def test_equal_tuples_are_exactly_zero_beside_masked_ones_too(one: Parts, size: int, masked: int, scale: Scale) -> None:
    group = [one] * size + [{"format": 1.0, "outcome": None}] * masked
    found = advantages([group, [{"format": 0.0}, {"format": 1.0}]], REWARDS, scale)[0]
    assert found.values_G == (0.0,) * len(group)
    assert found.masked_G == (False,) * size + (True,) * masked


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


SHAPES = {
    "power": (1.05, 0.85, 0.55, 0.25, 0.10, 0.05),
    "exp": (2.718, 2.226, 1.649, 1.221, 1.051, 1.000),
    "log": (3.912, 1.514, 0.654, 0.199, 0.031, 0.0),
}
"""By means of 0, 0.2, 0.5, 0.8, 0.95 and 1 (UniVG-R1's code; there ``log`` ends at -0.02)."""


@pytest.mark.parametrize("name", SHAPES)
def test_weights_are_those_of_the_published_code(name: Literal["power", "exp", "log"]) -> None:
    found = [group_weight(WeightConfig(name=name), [{}], [mean], [False]) for mean in (0, 0.2, 0.5, 0.8, 0.95, 1.0)]
    assert found == pytest.approx(SHAPES[name], abs=1e-3)


def test_power_has_an_exponent_and_no_weight_is_negative() -> None:
    assert group_weight(WeightConfig(name="power", exponent=2), [{}], [0.55], [False]) == pytest.approx(0.25)
    assert [group_weight(WeightConfig(name=name), [{}], [9.0], [False]) for name in ("power", "log")] == [0.0, 0.0]


@given(st.lists(st.floats(0.01, 9), min_size=1, max_size=9))
def test_normalised_weights_have_a_mean_of_one_and_their_order(weights: list[float]) -> None:
    found = normalised(weights)
    assert np.mean(found) == pytest.approx(1)
    assert [one / weights[0] for one in weights] == pytest.approx([one / found[0] for one in found])


def test_weights_that_are_all_zero_stay_so() -> None:
    assert normalised([0.0, 0.0]) == [0.0, 0.0]


@given(GROUPS, st.sampled_from(["exp", "power", "log"]))
def test_a_weight_on_the_loss_is_one_on_the_advantages(group: list[Parts], name: Literal["exp", "power", "log"]) -> None:
    values, ratio = np.array(advantages([group], REWARDS)[0].values_G), np.linspace(0.5, 1.6, len(group))
    weight = group_weight(WeightConfig(name=name), group, [one["outcome"] for one in group], [False] * len(group))
    outside = weight * np.minimum(ratio * values, np.clip(ratio, 0.8, 1.2) * values)
    assert np.minimum(ratio * values * weight, np.clip(ratio, 0.8, 1.2) * values * weight) == pytest.approx(outside)


def judged(config: dict[str, Any], groups: list[Group]) -> list[JudgedGroup]:
    judge = Judge(ReinforceConfig.model_validate({"steps": 1} | config), Scale.GROUP, frames=lambda _: FRAMES)
    return judge.together(judge.judge(groups))


def test_the_groups_of_a_step_are_weighed_together_and_the_flat_stay_flat() -> None:
    texts = [f"<think>so</think><answer>({x}, 5)</answer>" for x in (5, 50)]
    spot = make_sample(Task.POINT, boxes=[(1, 1, 9, 9)])
    groups = [make_group(spot, texts[0], texts[0]), make_group(spot, *texts), make_group(spot, texts[1], texts[1])]
    found = judged({"weight": {"name": "exp", "normalised": True}}, groups)
    shapes = [math.exp(1 - mean) for mean in (1.0, 0.5, 0.0)]
    assert [one.loss_weight for one in found] == pytest.approx([shape / np.mean(shapes) for shape in shapes])
    assert [any(one.weighted_G) for one in found] == [False, True, False]
    assert [one.effective_G for one in found] == [(False, False), (True, True), (False, False)]


def test_streams_have_rewards_of_their_own_and_share_no_figure() -> None:
    sample = make_sample(Task.TEXT, "red", boxes=[(0, 0, 100, 100)])
    texts = ("<think>it <box>[0,0,100,50]</box></think><answer>red</answer>", "<think>so</think><answer>red</answer>")
    groups = [make_group(sample, *texts, dialect="ivgr", stream=stream) for stream in (Stream.GROUNDED, Stream.TEXTUAL)]
    found = judged({"rewards": {"format": 1}, "streams": {"grounded": {"rewards": {"dual_iou": 2}}}}, groups)
    assert [one.advantages.rewards_G for one in found] == [(1.0, 0.0), (1.0, 1.0)]
    assert [any(one.weighted_G) for one in found] == [True, False]


def test_no_weight_is_one() -> None:
    assert group_weight(WeightConfig(), parts(0.1, 0.2), [0.1, 0.2], [False, False]) == 1.0
