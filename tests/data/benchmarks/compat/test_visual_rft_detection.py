from __future__ import annotations

import math
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.benchmarks.compat.visual_rft_detection import keeps_form, rewards

KNOWN = "<answer>[{'Position': [0, 0, 100, 100], 'Confidence': 1}, {'Position': [200, 200, 300, 300], 'Confidence': 1}]</answer>"
ONE = "{'Position': [0, 0, 100, 100], 'Confidence': 0.5}"
HALF = "{'Position': [0, 0, 100, 50], 'Confidence': 0.9}"
LOW = "{'Position': [0, 0, 100, 80], 'Confidence': 1}"
FRAME = re.compile(r"<think>.*?</think>\s*<answer>.*?</answer>", re.DOTALL)
texts = st.lists(st.sampled_from(["<think>", "</think>", "<answer>", "</answer>", " ", "\n", "\u00a0", "a"]), max_size=9).map("".join)


def worth(*boxes: str, known: str = KNOWN) -> tuple[float, float]:
    return rewards(f"<think>a</think><answer>[{', '.join(boxes)}]</answer>", known)


@given(texts)
@settings(deadline=None)
def test_form_is_that_of_the_pattern(text: str) -> None:
    assert keeps_form(text) == bool(FRAME.fullmatch(text))


def test_a_match_is_worth_its_overlap_over_the_longer_list_and_its_confidence() -> None:
    assert worth(ONE) == (0.5, 0.5)
    assert worth(ONE, "{'Position': [200, 200, 300, 300], 'Confidence': 1}") == (1.0, 0.75)


def test_an_overlap_of_a_half_is_no_match() -> None:
    assert worth(HALF)[0] == 0.0
    assert worth(HALF)[1] == pytest.approx(0.1)


def test_the_most_confident_box_takes_the_known_one() -> None:
    assert worth(ONE, LOW)[0] == pytest.approx(0.4)
    assert worth(ONE, LOW)[1] == 0.75


def test_a_position_counts_once_with_its_first_confidence() -> None:
    assert worth(ONE, ONE.replace("0.5", "1"), ONE.replace("[0,", "[0.0,")) == (0.5, 0.5)


def test_confidence_is_kept_between_zero_and_one() -> None:
    assert worth(ONE.replace("0.5", "7"))[1] == 1.0
    assert worth(ONE.replace("0.5", "-7"))[1] == 0.0
    assert math.isnan(worth(ONE.replace("0.5", "NaN"))[1])


def test_one_box_that_cannot_be_read_takes_all() -> None:
    bad = ["{'Position': [1, 2, 3], 'Confidence': 1}", "{'Position': [[1, 2], [3, 4]], 'Confidence': 0}", "{'Confidence': 1}", "7", "null"]
    bad += ["{'Position': [0, 0, 9, 9]}", "{'Position': [0, 0, 9, 9], 'Confidence': '1'}", "{'position': [0, 0, 9, 9], 'Confidence': 1}"]
    bad += ["{'Position': [0, 0, 9, 9], 'Confidence': 1e999}, {'Position': 'abcd', 'Confidence': 1}", "[" * 5000]
    bad += [f"{{'Position': [0, 0, 9, 9], 'Confidence': {'9' * digits}}}" for digits in (400, 5000)]
    for box in bad:
        assert worth(ONE, box) == worth(box) == (0.0, 0.0)


def test_a_box_after_all_known_ones_are_taken_is_not_looked_at() -> None:
    known = KNOWN.replace(", {'Position': [200, 200, 300, 300], 'Confidence': 1}", "")
    assert worth(ONE, "{'Position': 'abcd', 'Confidence': 0}", known=known) == (0.5, 0.75)


def test_an_answer_in_one_line_is_read_and_one_over_lines_with_its_thought() -> None:
    assert rewards(f"<answer>\n</answer><answer> [{ONE}] </answer>", KNOWN) == (0.5, 0.5)
    assert rewards(f"<answer>[\n{ONE}]</answer>", KNOWN) == (0.0, 0.0)
    assert rewards(f"[\n{ONE}\n]", KNOWN) == rewards(f"[[{ONE}]]</answer>junk", KNOWN) == (0.5, 0.5)


def test_a_list_that_breaks_off_is_closed_after_its_last_whole_box() -> None:
    assert rewards(f"<answer>[{ONE}, {{'Position': [1,</answer>", KNOWN) == (0.5, 0.5)
    assert rewards(f"<answer>[{ONE[:-1]}</answer>", KNOWN) == (0.5, 0.5)
    assert rewards(f"<answer>[{ONE}] done</answer>", KNOWN) == (0.0, 0.0)


def test_a_solution_without_boxes_is_worth_nothing_but_doubt() -> None:
    assert worth(ONE, known="<answer>[]</answer>") == (0.0, 0.5)
    assert worth(ONE, known="none") == worth(ONE, known="</answer><answer>[]") == (0.0, 0.0)
    assert worth(ONE, known="  <answer>[]") == (0.0, 0.5)


def test_an_empty_list_is_worth_nothing() -> None:
    assert worth() == (0.0, 0.0)
