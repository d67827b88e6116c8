import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from data.publishing.balance import Weighed, left_out, room
from data.publishing.config import Column, PublishConfig, Quota

COUNTS = st.dictionaries(st.sampled_from("abcd"), st.integers(1, 60), min_size=1)
QUOTAS = st.builds(
    Quota,
    shares=st.dictionaries(st.sampled_from("abcde"), st.sampled_from([0.5, 1.0, 2.0, 5.0])),
    caps=st.dictionaries(st.sampled_from("abcde"), st.integers(0, 40)),
    cap=st.none() | st.integers(0, 40),
)


def weighed(counts: dict[str, int]) -> list[Weighed]:
    kinds = [value for value, count in counts.items() for _ in range(count)]
    return [Weighed(f"trc_{number}", {Column.TASK: value}) for number, value in enumerate(kinds)]


@given(COUNTS, QUOTAS)
def test_no_value_has_more_than_is_there_or_than_its_cap(counts: dict[str, int], quota: Quota) -> None:
    taken = room(counts, quota)
    assert all(taken[value] <= count for value, count in counts.items())
    assert all(taken[value] <= quota.caps.get(value, quota.cap if quota.cap is not None else count) for value, count in counts.items())


@given(COUNTS, QUOTAS)
def test_shares_hold_to_one_conversation(counts: dict[str, int], quota: Quota) -> None:
    taken = room(counts, quota)
    sharing = {value: share for value, share in quota.shares.items() if taken.get(value)}
    whole = min((taken[value] / share for value, share in sharing.items()), default=0)
    assert all(taken[value] - share * (whole + 1 / min(sharing.values())) <= 1 for value, share in sharing.items())


@given(COUNTS, QUOTAS, st.randoms(use_true_random=False))
def test_the_same_are_left_out_in_whatever_order_they_come(counts: dict[str, int], quota: Quota, chance: random.Random) -> None:
    entries = weighed(counts)
    expected = left_out(entries, {Column.TASK: quota})
    chance.shuffle(entries)
    assert left_out(entries, {Column.TASK: quota}) == expected
    left = Counter(one.values[Column.TASK] for one in entries if one.key not in expected)
    assert dict(left) == {value: count for value, count in room(counts, quota).items() if count}


@given(COUNTS, st.integers(0, 40), st.integers(0, 40))
def test_a_larger_cap_keeps_what_a_smaller_one_kept(counts: dict[str, int], one: int, other: int) -> None:
    small, large = (left_out(weighed(counts), {Column.TASK: Quota(cap=cap)}) for cap in sorted((one, other)))
    assert set(large) <= set(small)


def test_a_value_with_a_share_that_is_not_there_leaves_the_others_their_proportion() -> None:
    assert room({"a": 30, "b": 10}, Quota(shares={"a": 2, "b": 1, "c": 1})) == {"a": 20, "b": 10}


def test_a_value_that_is_not_named_stays_as_it_is() -> None:
    assert room({"a": 30, "b": 10, "z": 99}, Quota(shares={"a": 1, "b": 1})) == {"a": 10, "b": 10, "z": 99}


def test_columns_are_balanced_one_after_another_whatever_their_order() -> None:
    entries = [Weighed(f"trc_{n}", {Column.TASK: "ab"[n % 2], Column.METHOD: "xy"[n % 3 == 0]}) for n in range(60)]
    quotas = {Column.TASK: Quota(caps={"a": 12}), Column.METHOD: Quota(shares={"x": 1, "y": 1})}
    dropped = left_out(entries, quotas)
    assert dropped == left_out(entries, dict(reversed(quotas.items())))
    left = [one for one in entries if one.key not in dropped]
    assert len(set(Counter(one.values[Column.METHOD] for one in left).values())) == 1
    assert sum(one.values[Column.TASK] == "a" for one in left) <= 12


@pytest.mark.parametrize("balance", [{"colour": {}}, {"task": {"shares": {"box": 0}}}, {"task": {"cap": -1}}])
def test_a_balance_that_means_nothing_is_refused(balance: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="balance"):
        PublishConfig.model_validate({"balance": balance})
