"""Literals as published code reads them."""

import warnings

import pytest

from data.benchmarks.compat.vigorl.literals import are_ints, literal


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("(10, 20)", (10, 20)),
        ("(10,20)", (10, 20)),
        ("  (1_0, 0x14)", (10, 20)),
        ("(-5, +6)", (-5, 6)),
        ("(-0, 0)", (0, 0)),
        ("[10, 20]", [10, 20]),
        ("(10, 20,)", (10, 20)),
        ("10, 20", (10, 20)),
        ("b'ab'", b"ab"),
        ("(10, 20) # there", (10, 20)),
        ("(1.0, 2)", (1.0, 2)),
        ("((1))", 1),
    ],
)
def test_a_literal_is_read_as_python_reads_it(text: str, value: object) -> None:
    assert literal(text) == value
    assert type(literal(text)) is type(value)


@pytest.mark.parametrize("text", ["", "x", "(01, 2)", "(٣, ٤)", "(1\x002)", "(1, 2", "1 + 1", "\ud800", "{[]: 1}", f"({'9' * 5000}, 1)"])
def test_what_is_no_literal_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match="is no literal"):
        literal(text)


def test_what_published_code_lets_through_is_let_through() -> None:
    with pytest.raises(OverflowError):
        literal(f"1{'0' * 400}+1j")
    with pytest.raises((MemoryError, RecursionError)):
        literal("-" * 20_000 + "1")


def test_an_odd_literal_warns_nobody() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert literal(r"'\d'") == r"\d"
    assert caught == []


def test_true_is_a_whole_number_and_one_point_nought_is_none() -> None:
    assert are_ints((True, 2), 2)
    assert not are_ints((1.0, 2), 2)
    assert not are_ints((1, 2), 3)
