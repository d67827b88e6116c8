"""Samplers: which samples a step draws."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.training.errors import TrainingError
from models.training.samplers import SAMPLERS, make_sampler

IDS = [f"smp_{number:02d}" for number in range(24)]


def drawn(name: str, steps: int, n: int = 6, seed: int = 1) -> list[list[str]]:
    sampler = make_sampler(name, IDS, seed, {})
    return [[draw.sample_id for draw in sampler.draw(n, step)] for step in range(1, steps + 1)]


@pytest.mark.parametrize("name", sorted(SAMPLERS))
def test_draws_follow_the_seed(name: str) -> None:
    assert drawn(name, 5) == drawn(name, 5)
    assert drawn(name, 5) != drawn(name, 5, seed=2)


@pytest.mark.parametrize("name", sorted(SAMPLERS))
def test_the_order_in_which_samples_are_given_does_not_matter(name: str) -> None:
    assert make_sampler(name, IDS[::-1], 1, {}).draw(6, 1) == make_sampler(name, IDS, 1, {}).draw(6, 1)


@pytest.mark.parametrize("name", sorted(SAMPLERS))
def test_a_restored_sampler_draws_what_the_first_one_would_have(name: str) -> None:
    first, second = make_sampler(name, IDS, 1, {}), make_sampler(name, IDS, 1, {})
    past = [first.draw(6, step) for step in (1, 2)]
    outcomes = {draw.sample_id: [0.0, 1.0] for draws in past for draw in draws}
    first.observe(outcomes)
    second.load_state_dict(first.state_dict())
    second.observe(outcomes)
    assert second.draw(6, 3) == first.draw(6, 3)


@pytest.mark.parametrize("name", sorted(SAMPLERS))
def test_a_state_with_other_keys_is_refused_with_both_sets(name: str) -> None:
    sampler = make_sampler(name, IDS, 1, {})
    with pytest.raises(TrainingError, match=r"\['else'\], not \["):
        sampler.load_state_dict({"else": 1})


@pytest.mark.parametrize("name", sorted(SAMPLERS))
def test_a_state_of_another_pool_is_refused(name: str) -> None:
    with pytest.raises(TrainingError, match="samples': 3"):
        make_sampler(name, IDS, 1, {}).load_state_dict(make_sampler(name, IDS[:3], 1, {}).state_dict())


@pytest.mark.parametrize("name", sorted(SAMPLERS))
def test_more_groups_than_samples_can_be_drawn(name: str) -> None:
    assert set(Counter(draw.sample_id for draw in make_sampler(name, IDS[:4], 1, {}).draw(8, 1)).values()) == {2}


@given(st.integers(1, 30), st.integers(1, 8))
def test_uniform_draws_every_sample_once_an_epoch(size: int, n: int) -> None:
    sampler = make_sampler("uniform", [str(number) for number in range(size)], 3, {})
    found = [draw.sample_id for step in range(size) for draw in sampler.draw(n, step)]
    for epoch in range(n):
        assert len(set(found[epoch * size : (epoch + 1) * size])) == size


def test_posterior_draws_without_replacement() -> None:
    assert all(len(set(step)) == 6 for step in drawn("posterior", 20))


def test_posterior_favours_what_is_sometimes_solved() -> None:
    sampler = make_sampler("posterior", IDS, 1, {"sharpness": 8.0})
    half = set(IDS[:6])
    sampler.observe({one: [0.0, 1.0] * 8 if one in half else [float(number % 2)] * 16 for number, one in enumerate(IDS)})
    found = Counter(draw.sample_id in half for step in range(100) for draw in sampler.draw(6, step))
    assert found[True] / 600 > 0.5
    assert all(draw.weight > 1 for draw in sampler.draw(24, 1) if draw.sample_id in half)


def test_posterior_without_sharpness_is_uniform() -> None:
    sampler = make_sampler("posterior", IDS, 1, {"sharpness": 0.0})
    sampler.observe({one: [1.0] * 9 for one in IDS[:6]})
    assert [draw.weight for draw in sampler.draw(24, 1)] == pytest.approx(np.ones(24))


def test_posterior_still_draws_where_it_is_very_sharp() -> None:
    sampler = make_sampler("posterior", IDS, 1, {"sharpness": 1e5, "memory": 1e6})
    sampler.observe({one: [float(number % 2)] * 10**4 for number, one in enumerate(IDS[:20])})
    draws = sampler.draw(24, 1)
    assert {draw.sample_id for draw in draws[:4]} == set(IDS[20:])
    assert sum(draw.weight for draw in draws) == pytest.approx(24)


def test_posterior_is_never_surer_than_its_memory() -> None:
    firm, loose = (make_sampler("posterior", IDS, 1, {"memory": memory}) for memory in (1000.0, 4.0))
    for sampler in (firm, loose):
        sampler.observe({IDS[0]: [1.0] * 500})
    weights = [next(draw.weight for draw in sampler.draw(24, 1) if draw.sample_id == IDS[0]) for sampler in (firm, loose)]
    assert weights[0] < weights[1] < 1


@pytest.mark.parametrize(
    ("name", "options", "reason"),
    [
        ("nothing", {}, "there are posterior, uniform"),
        ("uniform", {"target": 1}, "does not take the options"),
        ("posterior", {"target": 2.0}, "0 < target < 1"),
    ],
)
def test_a_sampler_that_cannot_be_made_says_why(name: str, options: dict[str, float], reason: str) -> None:
    with pytest.raises(TrainingError, match=reason):
        make_sampler(name, IDS, 1, options)


def test_a_sampler_needs_samples() -> None:
    with pytest.raises(TrainingError, match="no sample to draw from"):
        make_sampler("uniform", [], 1, {})
