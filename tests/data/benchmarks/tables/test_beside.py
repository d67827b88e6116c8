from dataclasses import replace
from typing import Any

import pytest

from data.benchmarks.tables import IncomparableError, NewScore, beside, compare, new_scores, published_scores

NEW = NewScore("mine", "mig_bench", "mig-bench-univg", "diff", "accuracy", 0.75, n=528, edition="revised", mode="grounded")
PAPER = next(score for score in published_scores() if (score.listing, score.model, score.part) == ("univg-mig-bench", "UniVG-R1", "diff"))


def test_what_is_of_the_same_thing_has_a_difference() -> None:
    assert compare(NEW, PAPER) == pytest.approx(0.75 - 0.7197)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"protocol": "strict"}, "the protocol is strict here and mig-bench-univg there"),
        ({"metric": "mean_iou"}, "the metric is mean_iou here and accuracy there"),
        ({"edition": "original"}, "the benchmark's edition is original here and revised there"),
        ({"edition": None}, "the benchmark's edition is not said here and revised there"),
        ({"n": 100}, "it is of 100 items here and of 528 there"),
        ({"category": "region"}, "the part is region here and diff there"),
    ],
)
def test_what_is_not_is_refused_with_both_sides(changed: dict[str, Any], expected: str) -> None:
    with pytest.raises(IncomparableError, match=f"mine on mig_bench is not comparable with UniVG-R1 .*: {expected}"):
        compare(replace(NEW, **changed), PAPER)


def test_all_figures_of_the_part_stand_beside_it_those_of_other_protocols_with_a_reason() -> None:
    found = beside(NEW)
    assert {one.published.part for one in found} == {"diff"}
    assert [one.reason is None for one in found] == sorted((one.reason is None for one in found), reverse=True)
    assert all((one.difference is None) == (one.reason is not None) for one in found)
    assert any("mig-bench-rerun there" in (one.reason or "") for one in found)


def test_a_benchmark_that_nobody_published_has_nothing_beside_it() -> None:
    assert beside(replace(NEW, benchmark="scenes")) == []


def test_rows_of_scores_become_new_scores() -> None:
    row = {"model": "mine", "benchmark": "vstar_bench", "protocol": "strict", "category": "all", "metric": "accuracy", "value": 0.5}
    assert new_scores([row], {"vstar_bench": "first"}) == [
        NewScore("mine", "vstar_bench", "strict", "all", "accuracy", 0.5, edition="first")
    ]
