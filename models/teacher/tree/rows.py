"""Rows: a grown tree as rows of ``trees``, one for each node, dropped child and rollout, parents first.

The id of a tree hashes its settings and all that was said in it, so that a search that fared otherwise, because calls failed, is another.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from data.identity import Kind, entity_id
from data.rows import Row, trace_to_row
from data.tables import TABLES
from data.trace import Answer, Step, Trace
from models.teacher.tree.config import TreeConfig
from models.teacher.tree.node import Node, NodeKind, Rollout


def tree_rows(sample_id: str, root: Node, config: TreeConfig) -> list[Row]:
    """All that the search brought, also what was dropped and why."""
    tree_id = entity_id(Kind.TREE, sample_id, config.model_dump(mode="json"), list(_said_in(root)))
    rows: list[Row] = []
    for node in root.walk():
        rows.append(_node_row(tree_id, node))
        rows += [_rollout_row(tree_id, node, number, rollout) for number, rollout in enumerate(node.rollouts)]
    columns = dict.fromkeys(TABLES["trees"].schema.names)
    return [columns | {"tree_id": tree_id, "sample_id": sample_id} | row for row in rows]


def node_id(tree_id: str, place: str) -> str:
    """The id of what stands at a place of a tree."""
    return entity_id(Kind.NODE, tree_id, place)


def _said_in(root: Node) -> Iterator[list[Any]]:
    for node in root.walk():
        for said in (node.said, *(reply for rollout in node.rollouts for reply in rollout.replies)):
            yield [node.place, said.request_id, said.status, said.text]


def _node_row(tree_id: str, node: Node) -> Row:
    said = node.said
    step = _steps((said.step,) if said.step else (), None)["steps"]
    return {
        "node_id": node_id(tree_id, node.place),
        "parent_id": node_id(tree_id, node.parent.place) if node.parent else None,
        "kind": node.kind.value,
        "depth": node.depth,
        **(step[0] if step else {}),
        **{name: value for name, value in _steps((), said.answer).items() if name != "steps"},
        "text": said.text,
        "visits": node.visits,
        "value": node.value if node.visits else None,
        "reward": node.reward,
        "terminal": node.is_answer,
        "number": node.number,
        "simulation": node.simulation,
        "request_ids": [said.request_id] if said.request_id else [],
        "status": said.status.value,
    }


def _rollout_row(tree_id: str, node: Node, number: int, rollout: Rollout) -> Row:
    return {
        "node_id": node_id(tree_id, f"{node.place}/{number}"),
        "parent_id": node_id(tree_id, node.place),
        "kind": NodeKind.ROLLOUT.value,
        "depth": node.depth + len(rollout.replies),
        **_steps(rollout.steps, rollout.last.answer),
        "text": "\n".join(reply.text for reply in rollout.replies),
        "reward": rollout.reward,
        "terminal": rollout.last.answer is not None,
        "number": number,
        "simulation": node.simulation,
        "request_ids": [reply.request_id for reply in rollout.replies if reply.request_id],
        "status": rollout.last.status.value,
    }


def _steps(steps: tuple[Step, ...], answer: Answer | None) -> dict[str, Any]:
    """Steps and an answer as the tables hold them; the answer's columns are null where there is none."""
    row = trace_to_row(Trace(steps, answer or Answer()))
    return row if answer else row | {"answer": None, "answer_points": None, "answer_boxes": None}
