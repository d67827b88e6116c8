"""Chain: one way through a tree to a right answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from data.rows import Row, answer_from_row, step_from_row
from data.tables import TABLES
from data.trace import Answer, Step

DIRECT, CORRECTED = "tree_direct", "tree_corrected"
NOTHING: Row = dict.fromkeys(TABLES["trees"].schema.names)
Rows = Mapping[str | None, list[Row]]
"""Rows by the node they hang under."""


@dataclass(frozen=True, slots=True)
class Chain:
    """Steps to a right answer, with those of a wrong rollout from the same node where it is a corrected one."""

    node_id: str
    """The node that the right rollout goes on from; for an answer in the tree, its own."""
    shared: tuple[Step, ...]
    """From the root to the node."""
    wrong: tuple[Step, ...] | None
    """None in a direct chain."""
    right: tuple[Step, ...]
    answer: Answer
    request_ids: tuple[str, ...]
    """The calls that it is made of, in the order of its steps."""

    @property
    def method(self) -> str:
        return DIRECT if self.wrong is None else CORRECTED

    def said_once(self, turn_back: Step) -> tuple[Step, ...]:
        """The steps of the chain without any being said twice."""
        if self.wrong is None:
            return (*self.shared, *self.right)
        return (*self.shared, *self.wrong, turn_back, *self.right)

    def as_published(self, turn_back: Step) -> tuple[Step, ...]:
        """With the shared steps before both the wrong and the right ones."""
        if self.wrong is None:
            return (*self.shared, *self.right)
        return (*self.shared, *self.wrong, turn_back, *self.shared, *self.right)


def chains_of(nodes: Sequence[Row], right_from: float) -> list[Chain]:
    """All chains of one tree's rows, in an order that does not depend on that of the rows.

    Raises ``ValueError`` where the rows are not those of one whole tree.
    """
    below: defaultdict[str | None, list[Row]] = defaultdict(list)
    rows = [NOTHING | row for row in nodes]
    for row in sorted(rows, key=lambda row: (row["kind"], row["number"] or 0, row["node_id"])):
        below[row["parent_id"]].append(row)
    _check_whole(rows, below)
    return [chain for root in below[None] for chain in _chains_under(root, (), (), below, right_from)]


def _check_whole(nodes: Sequence[Row], below: Rows) -> None:
    trees = sorted({row["tree_id"] for row in nodes})
    if len(trees) > 1:
        raise ValueError(f"chains are made of one tree at a time, not of {trees[0]} and {trees[1]}")
    known = {row["node_id"] for row in nodes}
    for parent_id, rows in below.items():
        if parent_id is not None and parent_id not in known:
            raise ValueError(f"node {rows[0]['node_id']} of {trees[0]} hangs under {parent_id}, which is not among its {len(nodes)} rows")


def _chains_under(node: Row, above: tuple[Step, ...], asked: tuple[str, ...], below: Rows, right_from: float) -> Iterator[Chain]:
    """Those of the node's rollouts, or of its answer, and then those of its children."""
    if node["status"] != "ok":
        return
    own = _own_step(node)
    path, calls = (*above, *own), (*asked, *_calls(node))
    if node["kind"] == "answer" and _is_right(node, right_from):
        yield Chain(node["node_id"], above, None, own, answer_from_row(node), _distinct(calls))
    rows = below.get(node["node_id"], ())
    yield from _of_rollouts(node["node_id"], path, calls, [row for row in rows if row["kind"] == "rollout"], right_from)
    for child in rows:
        if child["kind"] != "rollout":
            yield from _chains_under(child, path, calls, below, right_from)


def _of_rollouts(
    node_id: str, path: tuple[Step, ...], calls: tuple[str, ...], rollouts: Sequence[Row], right_from: float
) -> Iterator[Chain]:
    """A direct chain of every right rollout, and a corrected one of every pair; a rollout without reward is neither right nor wrong."""
    right = [row for row in rollouts if _is_right(row, right_from)]
    wrong = [row for row in rollouts if row["reward"] is not None and not _is_right(row, right_from)]
    for row in right:
        yield Chain(node_id, path, None, _steps(row), answer_from_row(row), _distinct((*calls, *_calls(row))))
    for bad, good in product(wrong, right):
        asked = _distinct((*calls, *_calls(bad), *_calls(good)))
        yield Chain(node_id, path, _steps(bad), _steps(good), answer_from_row(good), asked)


def _is_right(row: Row, right_from: float) -> bool:
    return row["reward"] is not None and row["reward"] >= right_from


def _steps(rollout: Row) -> tuple[Step, ...]:
    return tuple(map(step_from_row, rollout["steps"] or ()))


def _own_step(node: Row) -> tuple[Step, ...]:
    """A node's own step; none where it says nothing, as at the root."""
    step = step_from_row(node)
    return (step,) if step != Step("") else ()


def _calls(row: Row) -> tuple[str, ...]:
    return tuple(row["request_ids"] or ())


def _distinct(request_ids: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(request_ids))
