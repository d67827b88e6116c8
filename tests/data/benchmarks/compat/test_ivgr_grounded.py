from __future__ import annotations

import re
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from data.benchmarks.compat.ivgr_grounded import keeps_form, overlap, tight, validity

ONE, NEAR, APART = (100, 100, 200, 200), (101, 100, 200, 200), (300, 300, 400, 400)
INVERTED = (200, 200, 100, 100)
SPACES = [" ", "\n", "\t", "\x1c", "\x85", "\u00a0", "\u2003", "\u200b"]
texts = st.lists(st.sampled_from([*SPACES, "<", ">", "/", "<think>", "</think>", "<answer>", "</answer>", "a"]), max_size=14).map("".join)


@given(texts)
@settings(deadline=None)
def test_text_is_tightened_and_keeps_form_as_patterns_say(text: str) -> None:
    assert tight(text) == re.sub(r"\s*([<>/])\s*", r"\1", text)
    assert keeps_form(tight(text)) == (re.fullmatch(r"<think>.*</think>.*<answer>.*</answer>", tight(text), re.DOTALL) is not None)


def test_white_space_is_what_patterns_call_so() -> None:
    space = "".join(map(chr, filter(lambda code: re.match(r"\s", chr(code)), range(0x3100))))
    assert tight(f"a{space}<{space}b") == "a<b"


def test_form_and_white_space_cost_no_more_than_their_length() -> None:
    began = time.process_time()
    assert len(tight("a" + " " * 200_000 + "b")) == 200_002
    assert not keeps_form("<think>" + "</think>" * 20_000 + "x</answer>")
    assert time.process_time() - began < 5


def test_nothing_may_stand_around_the_blocks_and_anything_between() -> None:
    assert keeps_form("<think></think><answer></answer>")
    assert keeps_form("<think>a</think>b<think></think>c<answer>d</answer>e</answer>")
    for text in (
        "x<think></think><answer></answer>",
        "<think></think><answer></answer>.",
        "<answer></answer><think></think>",
        "<think></answer>",
    ):
        assert not keeps_form(text)


def test_validity_is_the_share_of_tags_that_hold_a_box_in_order() -> None:
    assert validity([]) == (0.0, 0.0)
    assert validity([None]) == (0.0, 1.0)
    assert validity([ONE, None, INVERTED, APART]) == (0.5, 4.0)


def test_a_repeat_counts_from_the_first_half_alone() -> None:
    assert validity([ONE, NEAR]) == (0.0, 0.0)
    assert validity([APART, ONE, NEAR]) == (1.0, 3.0)


def test_a_tag_without_a_box_lengthens_the_half_but_holds_no_place() -> None:
    assert validity([None, None, APART, ONE, NEAR]) == (0.0, 0.0)
    assert validity([None, APART, ONE, NEAR, INVERTED]) == (0.0, 0.0)
    assert validity([APART, None, ONE, INVERTED, NEAR])[1] == 0.0


def test_two_boxes_at_nine_tenths_are_two() -> None:
    assert validity([(0, 0, 100, 10), (0, 0, 90, 10)]) == (1.0, 2.0)


def test_overlap_is_the_mean_of_recall_and_precision() -> None:
    assert overlap([ONE, APART], [ONE]) == 0.75
    assert overlap([ONE], [ONE, APART]) == 0.75
    assert overlap([], [ONE]) == 0.0
    assert overlap([ONE] * 5, [ONE]) == 1.0


def test_where_no_box_is_known_any_box_in_order_is_worth_one() -> None:
    assert overlap([ONE], []) == 1.0
    assert overlap([INVERTED, None], []) == 0.0
