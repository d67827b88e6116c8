from __future__ import annotations

import pytest

from models.teacher.tree.node import Node


def test_a_reward_comes_back_to_every_node_of_the_path() -> None:
    root = Node()
    child = Node(parent=root, number=2)
    grandchild = Node(parent=child)
    for reward in (1.0, 0.0, 1.0):
        grandchild.observe(reward)
    child.observe(0.0)
    assert [node.visits for node in (root, child, grandchild)] == [4, 4, 3]
    assert [node.value for node in (root, child, grandchild)] == pytest.approx([0.5, 0.5, 2 / 3])


def test_the_running_mean_follows_its_rule() -> None:
    node = Node()
    node.observe(0.25)
    assert (node.visits, node.value) == (1, 0.25)
    node.observe(0.75)
    assert (node.visits, node.value) == (2, 0.5)
    node.observe(1.0, times=2)
    assert node.visits == 4
    assert node.value == pytest.approx(0.75)


def test_a_place_is_the_numbers_on_the_way_and_the_root_is_at_depth_0() -> None:
    root = Node()
    child = Node(parent=Node(parent=root, number=2), number=1)
    assert (root.place, root.depth) == ("0", 0)
    assert (child.place, child.depth) == ("0.2.1", 2)


def test_a_parent_closes_with_the_last_of_its_children() -> None:
    root = Node()
    root.children = [Node(parent=root, number=number) for number in range(2)]
    root.children[0].close()
    assert not root.is_closed
    root.children[1].close()
    assert root.is_closed
