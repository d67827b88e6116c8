from __future__ import annotations

import math

import pytest

from data.benchmarks.compat.screenspot_pro import hit, point_by_call, point_by_json, point_by_tokens, result

SIZE = (1000, 500)
BOX = (100, 100, 200, 200)


def test_the_last_box_between_tokens_counts() -> None:
    text = "<|box_start|>(1,1),(3,3)<|box_end|> 7 <|box_start|>(500,600),(700,800)<|box_end|>"
    assert point_by_tokens(text) == [0.6, 0.7]


def test_two_tokens_in_any_order_hide_numbers_that_are_no_box() -> None:
    assert point_by_tokens("<|box_end|>(1,1)<|box_start|>") is None
    assert point_by_tokens("<|box_start|>(1, 1),(3,3)<|box_end|>") is None
    assert point_by_tokens("<|box_start|>(528,609)") == [0.528, 0.609]


def test_two_or_four_numbers_of_the_whole_text_are_a_point() -> None:
    assert point_by_tokens("x1=100, y-20.") is None
    assert point_by_tokens("at 100., -20") == [0.1, -0.02]
    assert point_by_tokens("[0, 0, 100, 50]") == [0.05, 0.025]
    assert point_by_tokens("1e3") == [0.001, 0.003]
    assert point_by_tokens("٣,１") == [0.003, 0.001]


def test_numbers_have_no_limit_outside_boxes() -> None:
    assert point_by_tokens("9" * 5000 + " 1") == [math.inf, 0.001]
    with pytest.raises(OverflowError):
        point_by_tokens(f"<|box_start|>(1,1),(3,{'9' * 400})<|box_end|>")
    with pytest.raises(ValueError, match="4300"):
        point_by_tokens(f"<|box_start|>(1,1),(3,{'9' * 5000})<|box_end|>")


def test_a_call_goes_on_to_its_last_brace() -> None:
    for text in ("100, 50]}}\n</tool_call>", "100, 50]}} and more", "\n 100,50 ] }}", "0, 0, 200, 100]}}", "100, 50]}}\n</tool_call>}"):
        assert point_by_call(text, SIZE) == [0.1, 0.1]


def test_a_call_that_is_no_json_or_has_no_numbers_is_none() -> None:
    texts = [
        "",
        "100, 50",
        "100, 50]}",
        "100]}}",
        "1, 2, 3]}}",
        '"100", "50"]}}',
        "null, 1]}}",
        "[1], [2], [3], [4]]}}",
        "9" * 5000 + ", 1]}}",
    ]
    for text in [
        *texts,
        "1, 2]}, 3: 4}",
        '1, 2], "coordinate": 7}}',
        '1, 2], "coordinate": "ab"}}',
        '1, 2]}, "arguments": {}}',
        "100, 50]}}}",
    ]:
        assert point_by_call(text, SIZE) is None


def test_a_later_coordinate_takes_the_place_of_an_earlier_one() -> None:
    assert point_by_call('1, 2], "coordinate": [100, 50]}}', SIZE) == [0.1, 0.1]
    assert point_by_call("100, 50]}}<tool_call>\n{}", SIZE) == [0.1, 0.1]
    assert point_by_call("true, Infinity]}}", SIZE) == [0.001, math.inf]


def test_what_no_float_holds_is_raised() -> None:
    with pytest.raises(OverflowError):
        point_by_call("9" * 400 + ", 1]}}", SIZE)
    with pytest.raises(RecursionError):
        point_by_call("[" * 100_000, SIZE)


def test_a_point_is_read_as_json_and_as_none_else() -> None:
    assert point_by_json("[0.5, 1]") == [0.5, 1]
    assert point_by_json("(0.5, 1)") is point_by_json("[" * 100_000) is None


def test_a_hit_is_inside_edges_included() -> None:
    assert hit([0.1, 0.4], BOX, SIZE) == "correct"
    assert hit([0.1, 0.401], BOX, SIZE) == hit([math.nan, 0.3], BOX, SIZE) == "wrong"
    assert hit(None, BOX, SIZE) == "wrong_format"


def test_a_denial_is_read_only_where_there_is_no_point() -> None:
    assert result("The TARGET does not Exist.", None) == "negative"
    assert result("target does not exist", [0.0, 0.0]) == "positive"
    assert result("no", None) == "wrong_format"
