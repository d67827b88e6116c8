from __future__ import annotations

import math
from typing import Any

import pytest

from data.benchmarks.lines.tally import Tally, head
from data.benchmarks.protocols import Ruling


def tally(*rulings: tuple[dict[str, Any], str | None]) -> Tally:
    found = Tally()
    for scores, reason in rulings:
        found.add(Ruling(scores, reason))
    return found


def test_means_are_of_the_numbers_that_are_there() -> None:
    found = tally(({"iou": 0.5, "answer": "x", "judge": None}, None), ({"iou": 1, "answer": "", "judge": 1}, None))
    assert list(found.sentences("some")) == ["2 lines scored by some", "means: iou 0.75, judge 1 (of 2)".replace("of 2", "of 1")]


def test_a_number_that_is_not_finite_or_too_large_has_no_part_in_a_mean() -> None:
    found = tally(({"iou": math.nan}, None), ({"iou": 10**400}, None), ({"iou": 0.25}, None))
    assert "iou 0.25 (of 1)" in list(found.sentences("some"))[1]


def test_reasons_are_counted_without_what_is_particular_to_a_line() -> None:
    found = tally(({}, "the answer should be one box, not 'a'"), ({}, "the answer should be one box, not 'b'"), ({}, "KeyError"))
    assert list(found.sentences("some")) == ["3 lines scored by some", "reasons: the answer should be one box 2, KeyError 1"]


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("ambiguous: 2 answers where one box is asked", "ambiguous"),
        ("the answer lies outside image 1 of 640x480: (1, 2)", "the answer lies outside image"),
        ("turn 2: the tool call is not JSON: {", "turn 2: the tool call is not JSON"),
        ("123", "123"),
    ],
)
def test_a_reason_has_a_head(reason: str, expected: str) -> None:
    assert head(reason) == expected


def test_parts_add_up_to_the_whole() -> None:
    rulings: list[tuple[dict[str, Any], str | None]] = [({"iou": 1 / (n + 1)}, "E" if n % 3 else None) for n in range(10)]
    whole, parts = tally(*rulings), tally(*rulings[:4])
    parts.merge(tally(*rulings[4:]))
    assert (parts.lines, parts.reasons, parts.counts) == (whole.lines, whole.reasons, whole.counts)
    assert parts.sums["iou"] == pytest.approx(whole.sums["iou"])


def test_few_reasons_are_told_one_by_one() -> None:
    found = tally(*[({}, f"reason {chr(97 + n)}") for n in range(12)])
    assert list(found.sentences("some"))[1].endswith(", others 4")
