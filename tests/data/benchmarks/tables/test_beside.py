from dataclasses import replace
from typing import Any

import pytest

from data.benchmarks.tables import NewScore, beside, published_scores

NEW = NewScore("mine", "mig_bench", "mig-bench-univg", "diff", "accuracy", 0.75, n=528, edition="revised", mode="grounded")
PAPER = next(score for score in published_scores() if (score.listing, score.model, score.part) == ("univg-mig-bench", "UniVG-R1", "diff"))


def test_what_is_of_the_same_thing_has_a_difference() -> None:
    [one] = beside(NEW, [PAPER])
    assert one.difference == pytest.approx(0.75 - 0.7197)
    assert one.reason is None


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"protocol": "strict"}, "the protocol is strict here and mig-bench-univg there"),
        ({"metric": "mean_iou"}, "the metric is mean_iou here and accuracy there"),
        ({"edition": "original"}, "the benchmark's edition is original here and revised there"),
        ({"edition": None}, "the benchmark's edition is not said here and revised there"),
        ({"n": 100}, "it is of 100 items here and of 528 there"),
        ({"n": None}, "it is of an unknown number of items here and of 528 there"),
    ],
)
def test_what_is_not_has_none_and_a_reason_that_names_both_sides(changed: dict[str, Any], expected: str) -> None:
    [one] = beside(replace(NEW, **changed), [PAPER])
    assert (one.difference, one.reason) == (None, expected)


def test_a_figure_of_unknown_n_has_a_difference_from_one_of_every_item_alone() -> None:
    paper = PAPER.model_copy(update={"n": None})
    [few], [every] = (beside(replace(NEW, n=5, verified=verified), [paper]) for verified in (False, True))
    assert few.reason == "it is of 5 items here, which are not known to be all, and of an unknown number there"
    assert every.difference == pytest.approx(0.75 - 0.7197)


def test_all_figures_of_the_part_stand_beside_it_those_of_other_protocols_with_a_reason() -> None:
    found = beside(NEW)
    assert {one.published.part for one in found} == {"diff"}
    assert [one.reason is None for one in found] == sorted((one.reason is None for one in found), reverse=True)
    assert all((one.difference is None) == (one.reason is not None) for one in found)
    assert any("mig-bench-rerun there" in (one.reason or "") for one in found)


def test_a_benchmark_that_nobody_published_has_nothing_beside_it() -> None:
    assert beside(replace(NEW, benchmark="scenes")) == []


def test_a_row_of_scores_becomes_a_new_score() -> None:
    row = {"model": "mine", "benchmark": "vstar_bench", "protocol": "strict", "category": "all", "metric": "accuracy", "value": 0.5}
    new = NewScore.from_row(row | {"verified": True}, "first")
    assert new == NewScore("mine", "vstar_bench", "strict", "all", "accuracy", 0.5, edition="first", verified=True)
