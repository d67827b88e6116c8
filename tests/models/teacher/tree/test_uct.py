from __future__ import annotations

import math

import pytest

from models.teacher.tree.config import TreeConfig
from models.teacher.tree.node import Node
from models.teacher.tree.uct import choose_leaf, code_score, paper_score, score


def family(*children: tuple[float, int]) -> Node:
    """A root with children of these values and visits."""
    root = Node(visits=sum(visits for _, visits in children))
    root.children = [Node(parent=root, number=k, value=value, visits=visits) for k, (value, visits) in enumerate(children)]
    return root


@pytest.mark.parametrize(
    ("value", "visits", "parent_visits", "expected"),
    [
        (0.5, 2, 6, 0.5 + 2 * 0.8053798),  # sqrt(ln 7 / 3) = sqrt(1.9459101 / 3)
        (0.0, 0, 0, 0.0),  # ln 1 = 0
        (1.0, 8, 20, 1.0 + 2 * 0.5816187),  # sqrt(ln 21 / 9) = sqrt(3.0445224 / 9)
        (0.25, 0, 1, 0.25 + 2 * 0.8325546),  # sqrt(ln 2 / 1)
    ],
)
def test_the_codes_form_adds_one_to_both_visits(value: float, visits: int, parent_visits: int, expected: float) -> None:
    assert code_score(value, visits, parent_visits, 2.0) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("value", "visits", "parent_visits", "expected"),
    [
        (0.5, 2, 6, 0.5 + 2 * 0.9465092),  # sqrt(ln 6 / 2) = sqrt(1.7917595 / 2)
        (1.0, 8, 20, 1.0 + 2 * 0.6119367),  # sqrt(ln 20 / 8) = sqrt(2.9957323 / 8)
        (0.7, 3, 1, 0.7),  # ln 1 = 0
        (0.7, 0, 9, math.inf),
    ],
)
def test_the_papers_form_takes_visits_as_they_are(value: float, visits: int, parent_visits: int, expected: float) -> None:
    assert paper_score(value, visits, parent_visits, 2.0) == pytest.approx(expected, abs=1e-6)


def test_the_two_forms_can_choose_different_children() -> None:
    root = family((1.0, 6), (0.0, 1))  # code: 1 + 2 sqrt(ln 8 / 7) = 2.09 and 2 sqrt(ln 8 / 2) = 2.04; paper: 2.14 and 2 sqrt(ln 7) = 2.79
    assert choose_leaf(root, TreeConfig(uct="code")).number == 0
    assert choose_leaf(root, TreeConfig(uct="paper")).number == 1


def test_the_leaf_is_below_the_best_child_at_every_level() -> None:
    root = family((0.0, 2), (1.0, 4))
    best = root.children[1]
    best.children = [Node(parent=best, number=0, visits=2, value=1.0), Node(parent=best, number=1, visits=2, value=0.5)]
    assert choose_leaf(root, TreeConfig()).place == "0.1.0"


def test_without_exploration_the_highest_mean_wins_and_the_first_of_equals() -> None:
    assert choose_leaf(family((0.2, 1), (0.6, 9), (0.6, 1)), TreeConfig(exploration=0)).number == 1


def test_a_closed_child_is_not_chosen() -> None:
    root = family((1.0, 2), (0.0, 2))
    root.children[0].close()
    assert choose_leaf(root, TreeConfig()).number == 1
    root.children[1].close()
    assert root.is_closed


def test_a_simulation_under_way_counts_as_a_visit_without_reward() -> None:
    root = family((1.0, 1), (0.5, 1))
    root.pending = root.children[0].pending = 1
    assert score(root.children[0], TreeConfig()) == pytest.approx(code_score(0.5, 2, 3, 2.0))
    assert choose_leaf(root, TreeConfig()).number == 1
