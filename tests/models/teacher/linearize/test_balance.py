from __future__ import annotations

from collections import Counter

import pytest

from tests.models.teacher.linearize.trees import node, reasons, rollout, root, taken, wrong

TREE = root(*(node(f"N{k}", rollout(f"C{k}"), wrong(f"W{k}"), wrong(f"V{k}")) for k in range(7)))
"""7 direct and 14 corrected chains."""


@pytest.mark.parametrize(("share", "direct", "corrected"), [(0.5, 7, 7), (0.3, 7, 3), (0, 7, 0), (1, 7, 14), (0.6, 7, 10)])
def test_corrected_chains_are_no_larger_a_share_than_wanted(share: float, direct: int, corrected: int) -> None:
    assert Counter(row["method"] for row in taken(TREE, corrected_share=share)) == Counter(tree_direct=direct, tree_corrected=corrected)


@pytest.mark.parametrize(("share", "direct", "corrected"), [(0.5, 3, 3), (0.3, 5, 1), (1, 0, 6)])
def test_a_tree_has_no_more_chains_than_wanted(share: float, direct: int, corrected: int) -> None:
    made = taken(TREE, corrected_share=share, chains_per_tree=6)
    assert Counter(row["method"] for row in made) == Counter(tree_direct=direct, tree_corrected=corrected)


def test_a_node_has_no_more_chains_than_wanted() -> None:
    made = taken(TREE, corrected_share=1, chains_per_node=2)
    assert set(Counter(row["request_ids"][0] for row in made).values()) == {2}


def test_what_is_too_much_says_so() -> None:
    found = Counter(reasons(TREE, chains_per_node=2, chains_per_tree=4))
    assert found["node_full"] == 7
    assert set(found) == {"node_full", "share", "tree_full"}
    assert sum(found.values()) == 21 - 4
