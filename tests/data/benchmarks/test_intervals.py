import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.benchmarks.intervals import Interval, f1, macro, macro_rate, mean, rate


def test_wilson_is_the_published_interval() -> None:
    interval = rate([True] * 9 + [False])
    assert (interval.value, interval.n) == (0.9, 10)
    assert (interval.low, interval.high) == pytest.approx((0.5958, 0.9821), abs=1e-4)


def test_a_rate_of_all_hits_still_has_room_below() -> None:
    interval = rate([True] * 20)
    assert interval.high == pytest.approx(1.0)
    assert interval.low is not None
    assert interval.low < 0.9


def test_the_bootstrap_repeats_with_its_seed() -> None:
    values = [0.1, 0.4, 0.8, 0.9, 0.2]
    assert mean(values, seed=3) == mean(values, seed=3)


def test_the_bootstrap_holds_its_mean() -> None:
    interval = mean([0.0, 0.5, 1.0, 0.75] * 10)
    assert interval.low is not None
    assert interval.high is not None
    assert interval.low < interval.value < interval.high


def test_equal_values_have_an_interval_of_no_width() -> None:
    interval = mean([0.5, 0.5, 0.5])
    assert (interval.low, interval.high) == (0.5, 0.5)


def test_one_item_has_an_open_interval() -> None:
    interval = mean([0.7])
    assert (interval.low, interval.high) == (None, None)


def test_a_macro_rate_counts_each_group_once() -> None:
    interval = macro_rate([[True] * 90, [False] * 10])
    assert (interval.value, interval.n) == (0.5, 100)


def test_a_macro_rate_of_one_group_is_its_rate() -> None:
    group = [True] * 7 + [False] * 3
    whole, alone = macro_rate([group]), rate(group)
    assert (whole.low, whole.high) == pytest.approx((alone.low, alone.high))


def test_a_macro_rate_of_no_hits_still_has_room_above() -> None:
    interval = macro_rate([[False] * 5, [False] * 4])
    assert interval.low == 0
    assert interval.high is not None
    assert 0.2 < interval.high < 0.5


def test_nothing_has_no_figure() -> None:
    with pytest.raises(ValueError, match="no items"):
        rate([])


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_wilson_holds_the_rate(hits: list[bool]) -> None:
    interval = rate(hits)
    assert interval.low is not None
    assert interval.high is not None
    assert 0 <= interval.low <= interval.value + 1e-9
    assert interval.value - 1e-9 <= interval.high <= 1


def test_f1_is_the_harmonic_mean_of_precision_and_recall() -> None:
    said, known = [True] * 3 + [False] * 2, [True, True, False, True, False]
    assert f1(said, known).value == pytest.approx(2 * (2 / 3) * (2 / 3) / (4 / 3))


def test_the_interval_of_f1_lies_around_it_and_hangs_on_the_seed_alone() -> None:
    found = f1([True] * 50 + [False] * 50, [True] * 40 + [False] * 60, seed=3)
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.value < found.high
    assert found == f1([True] * 50 + [False] * 50, [True] * 40 + [False] * 60, seed=3)


def test_f1_of_one_item_has_an_open_interval_and_of_none_no_value() -> None:
    assert f1([False], [False]) == Interval(0.0, None, None, 1)
    with pytest.raises(ValueError, match="no items"):
        f1([], [])


def test_the_mean_of_shares_counts_each_once() -> None:
    assert macro([rate([True] * 8), rate([False] * 2)]).value == 0.5
