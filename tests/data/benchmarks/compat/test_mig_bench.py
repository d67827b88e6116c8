import pytest

from data.benchmarks.compat.mig_bench import iou, unit_boxes, whole_box

NOWHERE = [0.0, 0.0, 0.0, 0.0]
KNOWN = [100, 100, 300, 300]
TOO_LONG = "9" * 4301


@pytest.mark.parametrize(
    ("text", "box"),
    [
        ("(1,2),(3,4)", [1, 2, 3, 4]),
        ("<think>(1, 2),\n(3,\u00a04)</think><answer>(5,6),(7,8)</answer>", [1, 2, 3, 4]),
        ("[1, 2, 3, 4]", [1, 2, 3, 4]),
        ("[5,6,7,8] (1,2),(3,4)", [1, 2, 3, 4]),
        ("<box>1 2\t3 4</box>", [1, 2, 3, 4]),
        ("(٣,٤),(٥,𝟞)", [3, 4, 5, 6]),
        ("(007,2),(3,4)", [7, 2, 3, 4]),
    ],
)
def test_the_first_box_of_the_first_form_is_the_one(text: str, box: list[int]) -> None:
    assert whole_box(text) == box


@pytest.mark.parametrize(
    "text",
    ["", "(1,2)", "(-1,2),(3,4)", "(1 ,2),(3,4)", "( 1,2),(3,4)", "(1,2,3,4)", "<box>1,2,3,4</box>", "(1,2),(3,4.0)", "(1_0,2),(3,4)"],
)
def test_what_has_none_of_the_forms_is_nowhere(text: str) -> None:
    assert whole_box(text) == NOWHERE
    assert unit_boxes(text) == []


@pytest.mark.parametrize("text", ["[0.1, 0.1, 0.3, 0.3]", "(0.1,0.1),(0.3,0.3) [1, 2, 3, 4]", "(0.1, 0.1, 0.3, 0.3)"])
def test_decimals_are_no_thousandths_and_hide_whole_numbers_after_them(text: str) -> None:
    assert whole_box(text) == NOWHERE


def test_a_number_that_python_does_not_read_hides_all_but_in_the_last_of_several() -> None:
    good, bad = "(1,2),(3,4)", f"(1,2),(3,{TOO_LONG})"
    assert whole_box(bad) == NOWHERE
    assert whole_box(good + bad) == [1, 2, 3, 4]
    assert whole_box(good + bad + good) == NOWHERE


def test_decimals_have_forms_of_their_own() -> None:
    assert unit_boxes("(0.1,0.2),(0.3,0.4)") == [0.1, 0.2, 0.3, 0.4]
    assert unit_boxes("(0.1, 0.2), (0.3, 0.4)") == []
    assert unit_boxes("(0.1, 0.2, 0.3, 0.4)") == [0.1, 0.2, 0.3, 0.4]


def test_one_is_a_thousandth_in_an_only_box_and_the_edge_in_one_of_several() -> None:
    assert unit_boxes("(0,1),(2,1000)") == [0.0, 0.001, 0.002, 1.0]
    assert unit_boxes("(0,1),(2,1000)(0,0),(1,1)") == [[0.0, 1.0, 0.002, 1.0], [0.0, 0.0, 1.0, 1.0]]


def test_a_number_beyond_all_floats_is_infinite_in_shares() -> None:
    assert unit_boxes(f"(0,0),(1,{TOO_LONG})") == [0.0, 0.0, 0.001, float("inf")]


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        (KNOWN, 1.0),
        ([300, 300, 100, 100], 0.0),
        ([100, 100, 1500, 1500], 40000 / 1960000),
        ([100, 100, 101, 300], 0.005),
        ([300, 100, 400, 300], 0.0),
        (NOWHERE, 0.0),
    ],
)
def test_the_overlap_is_neither_clipped_nor_padded(box: list[float], expected: float) -> None:
    assert iou(KNOWN, box) == expected


@pytest.mark.parametrize("known", [[], [1, 2], "12", ["1", "2", "3", "4"], [None] * 4, [[1, 2, 3, 4]]])
def test_a_known_box_that_is_none_overlaps_nothing(known: object) -> None:
    assert iou(known, [1, 2, 3, 4]) == 0.0


def test_no_union_and_no_float_are_errors() -> None:
    with pytest.raises(ZeroDivisionError):
        iou([5, 5, 5, 5], [5, 5, 5, 5])
    with pytest.raises(OverflowError):
        iou([0.5, 0.5, 9.5, 9.5], [0, 0, 10**400, 10**400])
