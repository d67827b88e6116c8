"""Updates: which rows of a generation feed which update."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st

from models.training.updates import update_order

PAIRS = [sample for sample in "abcdef" for _ in range(4)]
"""Six samples with two groups of two rows each."""


def test_one_update_passes_the_rows_as_they_were_made() -> None:
    assert update_order(PAIRS, 6, 6).tolist() == list(range(len(PAIRS)))


def test_a_pair_of_groups_is_on_one_update_and_adjacent() -> None:
    updates = update_order(PAIRS, 6, 2).view(-1, 8)
    found = [[PAIRS[place] for place in update] for update in updates]
    assert [len(set(samples)) for samples in found] == [2, 2, 2]
    assert all(update.tolist() == sorted(update.tolist()) for update in updates)


def test_pairs_stay_whole_beside_singles_that_fill_up() -> None:
    samples = ["s1", "s1", *PAIRS[:12], "s2", "s2"]
    updates = update_order(samples, 2, 1).view(-1, 8)
    assert all(len({*update.tolist()} & {*range(start, start + 4)}) in {0, 4} for update in updates for start in (2, 6, 10))


def test_chance_decides_what_an_update_is_given() -> None:
    torch.manual_seed(1)
    assert len({tuple(update_order(PAIRS, 6, 2).tolist()) for _ in range(8)}) > 4


@given(st.lists(st.integers(0, 3), min_size=12, max_size=12), st.sampled_from([(12, 1), (12, 4), (6, 2), (6, 4), (1, 1)]))
def test_every_row_is_passed_once_whatever_the_bundles(samples: list[int], passes: tuple[int, int]) -> None:
    assert sorted(update_order(samples, *passes).tolist()) == list(range(12))
