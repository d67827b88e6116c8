from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.benchmarks.lines.form import NoJsonError, identity_of, line_out, read_line, written
from data.benchmarks.protocols import LineError

plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters())
odd = plain | st.binary(max_size=3) | st.complex_numbers() | st.sets(st.integers(), max_size=2)
values = st.recursive(
    odd, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text() | st.tuples(st.integers()), inner, max_size=3)
)


def no_constant(name: str) -> float:
    raise AssertionError(f"{name} is no JSON")


@settings(max_examples=60, deadline=None)
@given(scores=st.dictionaries(st.text(st.characters()), values, max_size=4))
def test_whatever_the_scores_a_line_is_json_to_the_letter(scores: dict[str, Any]) -> None:
    line = line_out(1, scores, "reason", None)
    assert line.count(b"\n") == 1
    assert json.loads(line.decode(), parse_constant=no_constant)["scores"].keys() == scores.keys()


@settings(max_examples=60, deadline=None)
@given(value=st.dictionaries(st.text(), st.recursive(plain, st.lists, max_leaves=5)))
def test_what_json_can_say_is_read_as_python_reads_it(value: dict[str, Any]) -> None:
    raw = json.dumps(value).encode()
    assert repr(read_line(raw)) == repr(json.loads(raw))


def test_numbers_that_are_not_finite_are_texts() -> None:
    assert written([math.nan, math.inf, {"least": -math.inf}, 0.5, None]) == b'["NaN","Infinity",{"least":"-Infinity"},0.5,null]'
    assert (written(math.nan), written(None)) == (b'"NaN"', b"null")


def test_a_number_too_long_to_be_written_is_hexadecimal() -> None:
    assert json.loads(written([10**5000, 10**30, 1])) == [hex(10**5000), 10**30, 1]


def test_a_lone_surrogate_comes_through() -> None:
    line = read_line(b'{"id": "\\ud800", "prediction": "\xed\xa0\x80"}')
    assert line["id"] == line["prediction"] == "\ud800"
    assert written("\ud800 \u00e9") == b'"\\ud800 \\u00e9"'


def test_what_is_known_may_be_infinite_or_long() -> None:
    assert read_line(b'{"box": [Infinity, 1e400, 18446744073709551616]}')["box"] == [math.inf, math.inf, 2**64]


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b'{"id": 3\n', "is no JSON: Expecting ',' delimiter at character"),
        (b"[1]", r"should be a JSON object, not \[1\]"),
        (b"\xff\xfe", "cannot be read: 'utf-8' codec can't decode byte 0xff"),
        (b"[" * 100_000, "cannot be read: maximum recursion depth"),
        (b'{"id": ' + b"1" * 5000 + b"}", "cannot be read: Exceeds the limit"),
    ],
    ids=["broken", "list", "latin", "deep", "long"],
)
def test_a_line_that_is_no_object_is_refused(raw: bytes, sentence: str) -> None:
    with pytest.raises(NoJsonError, match=sentence):
        read_line(raw)


def test_a_line_without_id_has_its_number() -> None:
    assert (identity_of({}, 7), identity_of({"id": None}, 7), identity_of({"id": "a"}, 7)) == (7, None, "a")
    with pytest.raises(LineError, match=r"id should be a text or a number, not \['a'\]"):
        identity_of({"id": ["a"]}, 7)


def test_what_is_too_deep_to_be_written_is_said_to_be_so() -> None:
    deep: list[Any] = [math.nan]
    for _ in range(3000):
        deep = [deep]
    assert json.loads(written(deep)) == "list too deep to be written"
