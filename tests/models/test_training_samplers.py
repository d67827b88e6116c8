"""Samplers: which samples a step draws."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.training.errors import TrainingError
from models.training.samplers import SAMPLERS, Candidates, Past, Sampler
from models.training.samplers import make_sampler as make
from models.training.samplers.choosing import Chooser, largest
from models.training.samplers.variance import signal

IDS = [f"smp_{number:02d}" for number in range(24)]
BANDS = ("easy", "medium", "hard")
ALL: list[tuple[str, dict[str, Any]]] = [(name, {}) for name in sorted(SAMPLERS)] + [
    ("posterior", {"mode": "thompson"}),
    ("variance", {"measure": "signal", "decay": 0.9}),
]
every = pytest.mark.parametrize(("name", "options"), ALL)
Options = dict[str, Any]


def make_sampler(name: str, sample_ids: Sequence[str], seed: int, options: Options, past: Mapping[str, Past] | None = None) -> Sampler:
    bands = {one: BANDS[IDS.index(one) % 3] if one in IDS else "easy" for one in sample_ids}
    return make(name, Candidates(sample_ids, bands, past or {}), seed, options)


def drawn(name: str, options: Options, steps: int, n: int = 6, seed: int = 1) -> list[list[str]]:
    sampler = make_sampler(name, IDS, seed, options)
    return [[draw.sample_id for draw in sampler.draw(n, step)] for step in range(1, steps + 1)]


@every
def test_draws_follow_the_seed(name: str, options: Options) -> None:
    assert drawn(name, options, 5) == drawn(name, options, 5)
    assert drawn(name, options, 5) != drawn(name, options, 5, seed=2)


@every
def test_the_order_in_which_samples_are_given_does_not_matter(name: str, options: Options) -> None:
    assert make_sampler(name, IDS[::-1], 1, options).draw(6, 1) == make_sampler(name, IDS, 1, options).draw(6, 1)


@every
def test_a_step_draws_no_sample_twice_before_all_were_drawn(name: str, options: Options) -> None:
    sampler = make_sampler(name, IDS, 1, options)
    for step in range(1, 8):
        found: list[str] = []
        for n in (5, 3, 9, 7):
            found += [draw.sample_id for draw in sampler.draw(n, step, frozenset(found))]
        assert sorted(found) == IDS


@every
def test_samples_that_are_not_its_own_are_avoided_without_a_word(name: str, options: Options) -> None:
    sampler = make_sampler(name, IDS[:4], 1, options)
    assert len({draw.sample_id for draw in sampler.draw(4, 1, frozenset(IDS[4:]))}) == 4


@every
def test_weights_are_in_proportion_to_a_uniform_draw(name: str, options: Options) -> None:
    sampler = make_sampler(name, IDS, 1, options)
    sampler.observe({one: [float(number % 3 == 0)] * 4 for number, one in enumerate(IDS[:12])})
    assert np.mean([draw.weight for draw in sampler.draw(24, 1)]) == pytest.approx(
        1, abs=0.05 if options.get("mode") == "thompson" else 1e-9
    )


@every
def test_a_restored_sampler_draws_what_the_first_one_would_have(name: str, options: Options) -> None:
    first, second = make_sampler(name, IDS, 1, options), make_sampler(name, IDS, 1, options)
    past = [first.draw(6, step) for step in (1, 2)]
    outcomes = {draw.sample_id: [0.0, 1.0] for draws in past for draw in draws}
    first.observe(outcomes)
    second.load_state_dict(first.state_dict())
    second.observe(outcomes)
    assert second.draw(6, 3) == first.draw(6, 3)


@every
def test_a_state_with_other_keys_is_refused_with_both_sets(name: str, options: Options) -> None:
    sampler = make_sampler(name, IDS, 1, options)
    with pytest.raises(TrainingError, match=r"\['else'\], not \["):
        sampler.load_state_dict({"else": 1})


@every
def test_a_state_of_another_pool_is_refused(name: str, options: Options) -> None:
    with pytest.raises(TrainingError, match="samples': 3"):
        make_sampler(name, IDS, 1, options).load_state_dict(make_sampler(name, IDS[:3], 1, options).state_dict())


@every
def test_more_groups_than_samples_can_be_drawn(name: str, options: Options) -> None:
    assert set(Counter(draw.sample_id for draw in make_sampler(name, IDS[:4], 1, options).draw(8, 1)).values()) == {2}


@given(st.integers(1, 30), st.integers(1, 8))
def test_uniform_draws_every_sample_once_an_epoch(size: int, n: int) -> None:
    sampler = make_sampler("uniform", [str(number) for number in range(size)], 3, {})
    found = [draw.sample_id for step in range(size) for draw in sampler.draw(n, step)]
    for epoch in range(n):
        assert len(set(found[epoch * size : (epoch + 1) * size])) == size


@given(st.integers(1, 12), st.lists(st.integers(1, 12), min_size=1, max_size=6))
def test_uniform_stays_even_where_a_step_draws_again(size: int, tries: list[int]) -> None:
    sampler = make_sampler("uniform", [str(number) for number in range(size)], 3, {})
    counts: Counter[str] = Counter()
    for step in range(4):
        found: list[str] = []
        for n in tries:
            found += [draw.sample_id for draw in sampler.draw(n, step, frozenset(found))]
        counts.update(found)
    assert max(counts.values()) - min(counts.get(str(number), 0) for number in range(size)) <= 1 + 4 * sum(tries) // size * (
        sum(tries) > size
    )


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
        ("nothing", {}, "there are curriculum, posterior, uniform, variance"),
        ("uniform", {"target": 1}, "sampler 'uniform' has no option 'target'; it has none"),
        ("posterior", {"target": 2.0}, "0 < target < 1"),
        ("posterior", {"mode": "guess"}, "a mode of weights, thompson"),
        ("posterior", {"goal": 1}, "has no option 'goal'; it has target, sharpness, mode, prior, memory, decay, trust"),
        ("posterior", {"decay": 0.0}, "0 < decay <= 1"),
        ("variance", {"measure": "width"}, "a measure of mean, expected, signal"),
        ("curriculum", {"pace": 0}, "pace >= 1"),
        ("curriculum", {"order": ["easy", "hard"]}, "smp_01 is in the band medium, and the curriculum's order is easy, hard"),
        ("curriculum", {"by": "past"}, "needs sampler.past"),
        ("curriculum", {"by": "luck"}, "there are band, past"),
    ],
)
def test_a_sampler_that_cannot_be_made_says_why(name: str, options: Options, reason: str) -> None:
    with pytest.raises(TrainingError, match=reason):
        make_sampler(name, IDS, 1, options)


def test_a_sampler_needs_samples() -> None:
    with pytest.raises(TrainingError, match="no sample to draw from"):
        make_sampler("uniform", [], 1, {})


def test_thompson_takes_what_is_near_the_target_or_not_known() -> None:
    sampler = make_sampler("posterior", IDS, 1, {"mode": "thompson", "target": 0.5, "memory": 200.0})
    sampler.observe({one: ([0.0, 1.0] if number < 4 else [1.0, 1.0]) * 50 for number, one in enumerate(IDS[:16])})
    found = Counter(draw.sample_id for step in range(200) for draw in sampler.draw(6, step))
    assert all(found[one] > 100 for one in IDS[:4])
    assert all(found[one] == 0 for one in IDS[4:16])
    assert all(found[one] > 20 for one in IDS[16:])


def test_the_weight_of_a_thompson_draw_is_how_often_it_is_drawn() -> None:
    sampler = make_sampler("posterior", IDS, 1, {"mode": "thompson"})
    sampler.observe({one: [float(number % 4 == 0)] * (1 + number % 5) for number, one in enumerate(IDS)})
    draws = [draw for step in range(1500) for draw in sampler.draw(6, step)]
    mean = {one: np.mean([draw.weight for draw in draws if draw.sample_id == one]) for one in IDS}
    often = Counter(draw.sample_id for draw in draws)
    assert np.corrcoef([mean[one] for one in IDS], [often[one] for one in IDS])[0, 1] > 0.95
    assert all(mean[one] == pytest.approx(often[one] / 1500 * 4, rel=0.35) for one in IDS)


@pytest.mark.parametrize("measure", ["mean", "expected", "signal"])
def test_variance_favours_groups_that_differ(measure: str) -> None:
    sampler = make_sampler("variance", IDS, 1, {"measure": measure})
    sampler.observe({one: ([0.0, 1.0] if number < 6 else [float(number % 2)] * 2) * 8 for number, one in enumerate(IDS)})
    weights = {draw.sample_id: draw.weight for draw in sampler.draw(24, 1)}
    assert min(weights[one] for one in IDS[:6]) > 1 > max(weights[one] for one in IDS[6:])


def test_the_chance_of_a_signal_is_that_of_neither_all_nor_none() -> None:
    rates = np.random.default_rng(1).beta(3.0, 2.0, 200_000)
    known = signal(np.array([3.0]), np.array([2.0]), 8)[0]
    assert known == pytest.approx(np.mean(1 - rates**8 - (1 - rates) ** 8), abs=2e-3)


def test_the_expected_variance_weighs_as_posterior_does_by_itself() -> None:
    samplers = [
        make_sampler(name, IDS, 1, options) for name, options in (("posterior", {}), ("variance", {"measure": "expected", "floor": 1e-12}))
    ]
    for sampler in samplers:
        sampler.observe({one: [1.0, 0.0, 0.0][: 1 + number % 3] for number, one in enumerate(IDS)})
    one, other = ([draw.weight for draw in sampler.draw(24, 1)] for sampler in samplers)
    assert one == pytest.approx(other)


def test_old_outcomes_fade() -> None:
    fresh, faded = (make_sampler("variance", IDS, 1, {"decay": decay}) for decay in (1.0, 0.5))
    for sampler in (fresh, faded):
        sampler.observe({IDS[0]: [1.0] * 8})
        for _ in range(10):
            sampler.observe({IDS[1]: [0.0]})
    one, other = ({draw.sample_id: draw.weight for draw in sampler.draw(24, 1)} for sampler in (fresh, faded))
    assert one[IDS[0]] < 0.9 < other[IDS[0]]


@pytest.mark.parametrize("name", ["posterior", "variance"])
def test_an_earlier_run_is_where_rates_start_from(name: str) -> None:
    past = {IDS[0]: Past(400, 1.0), IDS[1]: Past(400, 0.5)}
    weights = {draw.sample_id: draw.weight for draw in make_sampler(name, IDS, 1, {"trust": 16.0}, past).draw(24, 1)}
    assert weights[IDS[0]] < weights[IDS[2]] < 1.3
    assert weights[IDS[1]] > weights[IDS[0]]
    same = {draw.sample_id: draw.weight for draw in make_sampler(name, IDS, 1, {"trust": 0.0}, past).draw(24, 1)}
    assert list(same.values()) == pytest.approx(np.ones(24))


def test_a_curriculum_draws_what_is_easy_first_and_opens_at_its_pace() -> None:
    sampler = make_sampler("curriculum", IDS, 1, {"start": 1 / 3, "pace": 2})
    shares, bands = [], []
    for step in range(1, 4):
        draws = sampler.draw(8, step)
        bands.append({BANDS[IDS.index(draw.sample_id) % 3] for draw in draws})
        shares.append((sampler.metrics()["sampler/open"], {draw.weight for draw in draws}))
        sampler.observe({})
    assert bands[0] == {"easy"}
    assert bands[1] <= {"easy", "medium"}
    assert shares == [(8 / 24, {3.0}), (16 / 24, {1.5}), (1.0, {1.0})]


def test_a_curriculum_with_a_target_waits_for_it() -> None:
    sampler = make_sampler("curriculum", IDS, 1, {"start": 1 / 3, "pace": 2, "target": 0.6})
    opened = []
    for value in (0.5, 0.6, 0.9):
        sampler.observe({IDS[0]: [value], "smp_of_another_pool": [0.0]})
        opened.append(sampler.metrics()["sampler/open"])
    assert opened == [8 / 24, 16 / 24, 1.0]


def test_a_curriculum_that_has_no_open_sample_left_goes_on_with_the_easiest() -> None:
    sampler = make_sampler("curriculum", IDS, 1, {"start": 1 / 3})
    later = sampler.draw(10, 1, frozenset(draw.sample_id for draw in sampler.draw(8, 1)))
    assert [BANDS[IDS.index(draw.sample_id) % 3] for draw in later] == ["medium"] * 8 + ["hard"] * 2
    assert {draw.weight for draw in later} == {0.0}


def test_a_curriculum_follows_an_earlier_run() -> None:
    past = {one: Past(8, number / 23) for number, one in enumerate(IDS) if number != 12}
    sampler = make_sampler("curriculum", IDS, 1, {"by": "past", "start": 0.25}, past)
    assert {draw.sample_id for draw in sampler.draw(6, 1)} == set(IDS[18:])


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=40), st.integers(1, 40))
def test_the_largest_are_those_of_a_whole_sort(keys: list[float], n: int) -> None:
    taken = largest(np.array(keys), min(n, len(keys)))
    assert taken.tolist() == sorted(range(len(keys)), key=lambda place: -keys[place])[:n]


def test_choosing_by_weight_is_drawing_one_after_the_other() -> None:
    chooser, weights = Chooser(IDS[:3], 1), np.log([0.5, 0.3, 0.2])
    found = Counter(tuple(chooser.by_weight(weights, 2, chooser.chance(step, frozenset()), frozenset())) for step in range(5_000))
    assert found[0, 1] / 5_000 == pytest.approx(0.5 * 0.3 / 0.5, abs=0.03)
    assert found[2, 0] / 5_000 == pytest.approx(0.2 * 0.5 / 0.8, abs=0.03)


def test_a_signal_is_that_of_groups_as_large_as_they_will_be_unless_another_size_is_given() -> None:
    def drawn(size: int, **options: int) -> object:
        known = Candidates(["a", "b"], {}, {"a": Past(10, 0.1), "b": Past(10, 0.5)}, size)
        return make("variance", known, 0, {"measure": "signal", **options}).draw(2, 1)

    assert drawn(2) != drawn(32)
    assert drawn(2, rollouts=32) == drawn(32)
