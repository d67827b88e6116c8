from __future__ import annotations

import random

import pytest

from data.prompts import prompt
from models.teacher.embedded.choosing import choose

KNOWN = [
    {"role": "evidence", "image": 1, "label": "blue square", "where": "[70, 35, 90, 55]"},
    {"role": "answer", "image": 1, "label": "red circle", "where": "[20, 30, 40, 50]"},
]
BOTH = "<think>\nThe blue square is at (80, 45).\nThe red circle is at (30, 40).\n</think>\n<answer>(30, 40)</answer>"
ONE = "<think>\nThe red circle is at (30, 40).\n</think>\n<answer>(30, 40)</answer>"
BOXED = BOTH.replace("(80, 45)", "(70,35),(90,55)").replace("(30, 40)", "(20,30),(40,50)")
TOLD = BOTH.replace("The blue", "As given, the blue")
HASTY = BOTH.replace("The blue", "The answer is at (30, 40). The blue")
WORDY = BOTH.replace(".\nThe red", ", which is blue as the sea and square as a house, of which there are many here.\nThe red")


def chosen(*chains: str, temperature: float = 0.0, seed: int = 0) -> str | None:
    values = {"images": [{"x": "112", "y": "112"}], "numbers": "whole numbers", "known": KNOWN, "answer": None}
    text = prompt("teacher/pick").render(**values, context=[], question="Where is it?", choices=[], chains=chains)
    return choose([{"role": "user", "content": text}], temperature, random.Random(seed))


@pytest.mark.parametrize("worse", [ONE, TOLD, HASTY, WORDY])
@pytest.mark.parametrize("better", [BOTH, BOXED])
def test_the_chain_that_finds_all_that_is_known_in_few_words_is_chosen(worse: str, better: str) -> None:
    assert (chosen(worse, better, worse), chosen(better, worse)) == ("<pick>2</pick>", "<pick>1</pick>")


def test_chains_without_coordinates_are_known_by_their_words() -> None:
    words = "<think>\nThe blue square is at the right.\nThe red circle is at the left.\n</think>\n<answer>left</answer>"
    assert chosen("<think>\nThe red circle is at the left.\n</think>\n<answer>left</answer>", words) == "<pick>2</pick>"


def test_temperature_blurs_the_choice_and_at_times_its_form() -> None:
    said = [chosen(BOTH, ONE, temperature=1.5, seed=seed) for seed in range(200)]
    assert 100 < said.count("<pick>1</pick>") < 190
    assert said.count("<pick>2</pick>") > 0
    assert 5 < sum(one is not None and "<pick>" not in one for one in said) < 60


def test_another_request_is_nothing_to_choose() -> None:
    assert choose([{"role": "user", "content": "Question: Where is the red circle?"}], 0.0, random.Random(0)) is None
