from __future__ import annotations

from data.trace import Answer
from tests.models.teacher.linearize.trees import PUBLISHED, answer, chains, node, reasons, rollout, root, taken, thoughts, wrong


def test_a_chain_without_a_thought_is_left_out() -> None:
    assert reasons(root(answer())) == ["few_steps"]
    assert reasons(root(node("A", answer())), least_steps=2) == ["few_steps"]


def test_a_chain_of_many_steps_is_left_out() -> None:
    assert reasons(root(node("A", rollout("B", "C"))), most_steps=2) == ["many_steps"]
    assert reasons(root(node("A", rollout("B", "C"))), most_steps=3) == []


def test_a_long_chain_is_left_out() -> None:
    assert reasons(root(node("A" * 100, rollout("B"))), most_characters=100) == ["long"]


def test_a_point_near_an_earlier_one_is_a_repetition() -> None:
    tree = root(node("A (100, 100)", rollout("B (106, 108)"), rollout("C (106, 107)")))
    assert [thoughts(row) for row in taken(tree)] == [["A", "B"]]
    (left_out,) = [row["left_out"] for row in chains(tree) if not row["selected"]]
    assert left_out == "repeats: step 2 points at (106, 107) as step 1 does"
    assert reasons(tree, same_point_px=9) == []
    assert reasons(tree, most_repeats=1) == []


def test_the_same_words_are_a_repetition() -> None:
    assert reasons(root(node("A", rollout("B", "a")))) == ["repeats"]


def test_the_published_form_repeats_only_what_it_says_again_by_itself() -> None:
    tree = root(node("A (100, 100)", wrong("W (300, 300)"), rollout("C (500, 500)")))
    assert reasons(tree, **PUBLISHED | {"most_repeats": 0}) == []


def test_a_wrong_answer_at_once_is_nothing_to_turn_back_from() -> None:
    tree = root(node("A", rollout(answer=Answer("no"), reward=0.0), rollout("C")))
    assert reasons(tree) == ["no_detour"]
    assert reasons(tree, **PUBLISHED) == []
