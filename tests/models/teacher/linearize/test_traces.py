from __future__ import annotations

import pytest

from data.dialects import get_dialect
from data.tables import arrow
from data.trace import Answer, PlacedPoint
from tests.models.teacher.linearize.trees import (
    FRAMES,
    POINTING,
    PUBLISHED,
    SAMPLE,
    answer,
    chains,
    node,
    reasons,
    rollout,
    root,
    shuffled,
    taken,
    thoughts,
    wrong,
)

VECTOR = root(node("A (1, 2)", wrong("W (3, 4)"), rollout("C (5, 6)")))


def test_the_published_vector_gives_its_two_chains() -> None:
    made = taken(VECTOR, **PUBLISHED)
    assert [(row["method"], thoughts(row)) for row in made] == [
        ("tree_direct", ["A", "C"]),
        ("tree_corrected", ["A", "W", "<", "A", "C"]),
    ]
    assert all(row["text"].endswith("<answer>yes</answer>") for row in made)
    assert made[0]["text"] == "<think>\nA (1, 2).\nC (5, 6).\n</think>\n<answer>yes</answer>"


def test_a_corrected_chain_says_the_shared_steps_once() -> None:
    assert [thoughts(row) for row in taken(VECTOR, same_point_px=0)] == [["A", "C"], ["A", "W", "<", "C"]]


@pytest.mark.parametrize(("right", "bad", "expected"), [(2, 0, 2), (1, 1, 2), (0, 2, 0)])
def test_two_rollouts_give_as_many_chains_as_published(right: int, bad: int, expected: int) -> None:
    below = [rollout(f"C{k}") for k in range(right)] + [wrong(f"W{k}") for k in range(bad)]
    assert len(taken(root(node("A", *below)), **PUBLISHED)) == expected


@pytest.mark.parametrize(("simulations", "bound"), [(8, 48), (20, 120)])
def test_a_tree_of_the_published_size_has_no_more_chains_than_published(simulations: int, bound: int) -> None:
    pairs = [[rollout(f"C{k}"), wrong(f"W{k}") if k % 2 else rollout(f"D{k}")] for k in range(3 * simulations)]
    tree = root(*(node(f"N{k}", *pair) for k, pair in enumerate(pairs)))
    assert len(chains(tree, **PUBLISHED)) == bound


def test_chains_are_paired_within_a_node_only() -> None:
    tree = root(node("A", wrong("W")), node("B", rollout("C")))
    assert [thoughts(row) for row in chains(tree, **PUBLISHED)] == [["B", "C"]]


def test_a_chain_goes_down_from_the_root() -> None:
    tree = root(node("A", node("B", node("C", rollout("D"))), node("E", answer("F"))))
    assert [thoughts(row) for row in taken(tree)] == [["A", "B", "C", "D"], ["A", "E", "F"]]


def test_an_answer_in_the_tree_is_a_direct_chain_unless_it_is_wrong() -> None:
    tree = root(node("A", answer()), node("B", answer("C", Answer("no"), 0.0)))
    (row,) = chains(tree)
    assert thoughts(row) == ["A"]
    assert row["method"] == "tree_direct"


def test_a_rollout_whose_reward_is_not_known_is_neither_right_nor_wrong() -> None:
    assert [thoughts(row) for row in chains(root(node("A", rollout("W", reward=None), rollout("C"))))] == [["A", "C"]]


def test_what_was_dropped_from_the_tree_makes_no_chain() -> None:
    assert chains(root(node("A", rollout("C"), status="duplicate"))) == []


def test_a_point_that_is_the_answer_is_no_point_of_the_reasoning() -> None:
    tree = root(node("A (500, 500)", rollout("C (5, 6)", answer=Answer(points=(PlacedPoint(5, 6),)))))
    (row,) = taken(tree, sample=POINTING, dialect="vigorl_zoom", zooms=True)
    looked = [zoom for step in row["steps"] for zoom in step["zooms"]]
    assert [(zoom["x"], zoom["y"]) for zoom in looked] == [(500, 500), (5, 6)]
    assert row["answer_points"][0]["x"] == 5
    assert get_dialect("vigorl_zoom").parse(row["text"], FRAMES, POINTING.task).error is None


def test_every_chain_names_the_calls_it_is_made_of() -> None:
    direct, corrected = taken(VECTOR, same_point_px=0)
    assert direct["request_ids"] == ["req_A (1, 2)", "req_C (5, 6)"]
    assert corrected["request_ids"] == ["req_A (1, 2)", "req_W (3, 4)", "req_C (5, 6)"]


def test_the_order_of_the_rows_decides_nothing() -> None:
    tree = root(*(node(f"N{k}", rollout(f"C{k}"), wrong(f"W{k}"), rollout(f"D{k}")) for k in range(12)))
    assert chains(shuffled(tree), chains_per_tree=7) == chains(tree, chains_per_tree=7)


def test_what_is_left_out_is_a_row_with_a_reason() -> None:
    tree = root(node("A", rollout("C"), rollout("C"), wrong("W (2000, 5)")))
    rows = chains(tree)
    assert [(row["selected"], (row["left_out"] or "").partition(":")[0]) for row in rows] == [
        (True, ""),
        (False, "duplicate"),
        (False, "outside"),
        (False, "outside"),
    ]
    assert len({row["trace_id"] for row in rows}) == 4
    assert arrow("traces", rows).num_rows == 4
    assert rows[2]["left_out"] == "outside: step 2 points at (2000, 5) on image 1 of 1000x800"


def test_all_chains_of_a_tree_belong_to_its_sample_and_so_to_one_split() -> None:
    assert {row["sample_id"] for row in chains(VECTOR)} == {SAMPLE.sample_id}


def test_rows_of_two_trees_are_an_error_that_names_both() -> None:
    other = [row | {"tree_id": "tre_b"} for row in VECTOR]
    with pytest.raises(ValueError, match="tre_a and tre_b"):
        chains([*VECTOR, *other])


def test_a_row_without_its_parent_is_an_error_that_names_it() -> None:
    with pytest.raises(ValueError, match=r"node 0\.0 of tre_a hangs under 0, which is not among its 3 rows"):
        chains(VECTOR[1:])


def test_a_reward_between_is_right_from_the_configured_one_on() -> None:
    tree = root(node("A", rollout("C", reward=0.6)))
    assert len(taken(tree)) == 1
    assert taken(tree, right_from=0.75) == []
    assert reasons(tree, right_from=0.75) == []
