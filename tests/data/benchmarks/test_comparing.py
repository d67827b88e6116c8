from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.benchmarks.benchmark import Metric
from data.benchmarks.comparing import Cell, ComparingError, Side, contrasts, flips, pair

SCENES = Cell("scenes", "strict", "grounded")


def row(item: int, correct: bool, iou: float | None = None, cell: Cell = SCENES, category: str = "point") -> dict[str, Any]:
    named = dict(zip(("benchmark", "protocol", "mode"), cell, strict=True))
    return named | {"prediction_id": f"prd_{item}", "sample_id": f"smp_{item}", "correct": correct, "iou": iou, "category": category}


def side(name: str, hits: str, version: str | None = "ver_1", cell: Cell = SCENES) -> Side:
    """One item for each letter, right where it is ``x``."""
    return Side(name, [row(place, letter == "x", cell=cell) for place, letter in enumerate(hits)], {cell: version})


def test_flips_are_counted_both_ways() -> None:
    (pairing,), refusals = pair(side("A", "xx...x"), side("B", ".xxx.x"))
    (found,) = contrasts(pairing)
    assert (found.gained, found.lost, found.a, found.b) == (2, 1, 0.5, 4 / 6)
    assert refusals == []


def test_the_difference_is_b_less_a_with_an_interval() -> None:
    (pairing,), _ = pair(side("A", "." * 40 + "x" * 10), side("B", "x" * 40 + "x" * 10))
    difference = contrasts(pairing)[0].difference
    assert (difference.value, difference.n) == (0.8, 50)
    assert difference.low is not None
    assert difference.high is not None
    assert 0.65 < difference.low < 0.8 < difference.high < 0.95


def test_the_exact_test_is_the_published_one() -> None:
    (pairing,), _ = pair(side("A", "." * 9 + "x"), side("B", "x" * 9 + "."))
    assert contrasts(pairing)[0].p == pytest.approx(2 * (1 + 10) / 2**10)


def test_without_a_flip_there_is_no_test() -> None:
    (pairing,), _ = pair(side("A", "x.x"), side("B", "x.x"))
    (found,) = contrasts(pairing)
    assert (found.p, found.difference.low, found.difference.high) == (None, 0, 0)


def test_overlaps_are_compared_where_both_sides_have_one() -> None:
    a = Side("A", [row(0, True, 0.5), row(1, False, 0.1), row(2, True)], {SCENES: "ver_1"})
    b = Side("B", [row(0, True, 0.9), row(1, True, 0.7), row(2, True, 0.3)], {SCENES: "ver_1"})
    (pairing,), _ = pair(a, b)
    overlap = next(one for one in contrasts(pairing) if one.metric == Metric.MEAN_IOU)
    assert (overlap.a, overlap.b) == pytest.approx((0.3, 0.8))
    assert overlap.difference.n == 2


def test_categories_have_their_own_figures() -> None:
    rows = [row(place, place % 2 == 0, category="point" if place < 4 else "box") for place in range(8)]
    (pairing,), _ = pair(Side("A", rows), Side("B", rows))
    assert [one.category for one in contrasts(pairing)] == ["all", "box", "point"]


def test_items_that_one_side_answered_are_left_out_and_counted() -> None:
    (pairing,), _ = pair(side("A", "xxxx"), side("B", "xx"))
    assert (len(pairing.pairs), pairing.only_a, pairing.only_b) == (2, 2, 0)


def test_the_farthest_flip_comes_first() -> None:
    a = Side("A", [row(0, True, 0.6), row(1, False, 0.0), row(2, True, 0.9)], {SCENES: "v"})
    b = Side("B", [row(0, False, 0.4), row(1, True, 0.8), row(2, True, 0.5)], {SCENES: "v"})
    (pairing,), _ = pair(a, b)
    assert [(flip.a["sample_id"], flip.is_gain) for flip in flips(pairing)] == [("smp_1", True), ("smp_0", False)]


def test_other_versions_are_refused_by_name() -> None:
    with pytest.raises(ComparingError, match="scenes is of version ver_1 in A and of version ver_2 in B"):
        pair(side("A", "xx"), side("B", "xx", "ver_2"))


def test_a_version_that_is_not_known_is_another_one() -> None:
    with pytest.raises(ComparingError, match="of version ver_1 in A and of version not known in B"):
        pair(side("A", "xx"), side("B", "xx", None))


def test_versions_that_neither_side_knows_are_paired_and_said() -> None:
    (pairing,), _ = pair(side("A", "xx", None), side("B", "xx", None))
    assert pairing.notes == ("the version of scenes is not known on either side",)


def test_other_protocols_are_refused_by_name() -> None:
    with pytest.raises(ComparingError, match="scenes is judged by strict in A and by vigorl-point in B"):
        pair(side("A", "xx"), side("B", "xx", cell=Cell("scenes", "vigorl-point", "grounded")))


def test_across_pairs_both_and_says_so() -> None:
    other = side("B", "xx", "ver_2", Cell("scenes", "vigorl-point", "grounded"))
    (pairing,), _ = pair(side("A", "xx"), other, across=True)
    assert pairing.notes == (
        "the version of scenes is ver_1 in A and ver_2 in B",
        "the protocol of scenes is strict in A and vigorl-point in B",
    )
    assert pairing.named(1) == "strict / vigorl-point"


def test_one_mode_of_each_side_is_paired_and_said() -> None:
    (pairing,), _ = pair(side("A", "xx"), side("B", "xx", cell=Cell("scenes", "strict", "zoom")))
    assert pairing.notes == ("the mode of scenes is grounded in A and zoom in B",)


def test_several_modes_that_no_side_shares_have_to_be_named() -> None:
    zoom, textual = (side("B", "xx", cell=Cell("scenes", "strict", mode)) for mode in ("zoom", "textual"))
    both = Side("B", [*zoom.rows, *textual.rows], {**zoom.versions, **textual.versions})
    with pytest.raises(ComparingError, match="in the modes grounded in A and zoom, textual in B; name one of each"):
        pair(side("A", "xx"), both)


def test_what_can_be_paired_is_not_lost_beside_what_cannot() -> None:
    own = Cell("own", "strict", "grounded")
    a, b = side("A", "xx"), side("B", ".x")
    more_a, more_b = side("A", "x", "ver_3", own), side("B", "x", "ver_4", own)
    sides = [Side(one.name, [*one.rows, *more.rows], {**one.versions, **more.versions}) for one, more in ((a, more_a), (b, more_b))]
    pairings, refusals = pair(*sides)
    assert [pairing.a for pairing in pairings] == [SCENES]
    assert refusals == ["own is of version ver_3 in A and of version ver_4 in B"]


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (side("B", "xx", cell=Cell("own", "strict", "grounded")), "no benchmark is answered by both: A answers scenes, B own"),
        (Side("B", [row(7, True)], {SCENES: "ver_1"}), "no item of scenes is answered by both: A answers 2, B 1 others"),
        (Side("B", [row(0, True) | {"sample_id": None}], {SCENES: "ver_1"}), "prediction prd_0 of B names no item of scenes; a line that"),
        (Side("B", [row(0, True), row(0, False)], {SCENES: "ver_1"}), "B has two answers to smp_0 of scenes, prd_0 and prd_0"),
    ],
)
def test_what_shares_nothing_is_an_error(other: Side, expected: str) -> None:
    with pytest.raises(ComparingError, match=expected):
        pair(side("A", "xx"), other)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=2, max_size=30))
def test_swapping_the_sides_turns_every_sign(hits: list[tuple[bool, bool]]) -> None:
    a, b = (Side(name, [row(n, hit[k]) for n, hit in enumerate(hits)]) for k, name in enumerate("AB"))
    there, back = (contrasts(pair(*sides)[0][0])[0] for sides in ((a, b), (b, a)))
    assert there.difference.value == pytest.approx(-back.difference.value)
    assert (there.gained, there.lost, there.p) == (back.lost, back.gained, back.p)


def test_answers_to_lines_without_samples_are_paired_by_what_the_lines_are_called() -> None:
    sides = [
        Side(name, [row(0, correct) | {"sample_id": None, "item": "q1"}], {SCENES: "ver_1"})
        for name, correct in (("A", False), ("B", True))
    ]
    (pairing,), refusals = pair(*sides)
    assert not refusals
    assert [flip.is_gain for flip in flips(pairing)] == [True]
