"""UCT: which leaf to grow next (L. Kocsis and C. Szepesvari, Bandit based Monte-Carlo Planning, 2006)."""

from __future__ import annotations

import math

from models.teacher.tree.config import TreeConfig
from models.teacher.tree.node import Node


def code_score(value: float, visits: int, parent_visits: int, exploration: float) -> float:
    """Q + c sqrt(ln(N + 1) / (n + 1)), as ViGoRL's released code has it (mcts_search.py:304-334)."""
    return value + exploration * math.sqrt(math.log(parent_visits + 1) / (visits + 1))


def paper_score(value: float, visits: int, parent_visits: int, exploration: float) -> float:
    """Q + c sqrt(ln N / n), as the paper has it (arXiv 2505.23678, section 4.2); infinite for what was never visited."""
    if not visits:
        return math.inf
    return value + exploration * math.sqrt(math.log(max(parent_visits, 1)) / visits)


SCORES = {"code": code_score, "paper": paper_score}


def choose_leaf(root: Node, config: TreeConfig) -> Node:
    """From an open root down by the best score, the first of equals, to a node without children."""
    node = root
    while node.children:
        node = max((child for child in node.children if not child.is_closed), key=lambda child: score(child, config))
    return node


def score(child: Node, config: TreeConfig) -> float:
    """The score of a child below its parent. A simulation under way counts as a visit without reward."""
    assert child.parent is not None
    visits, parent_visits = child.visits + child.pending, child.parent.visits + child.parent.pending
    value = child.value * child.visits / visits if visits else 0.0
    return SCORES[config.uct](value, visits, parent_visits, config.exploration)
