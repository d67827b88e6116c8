"""Outline: a tree as lines of text, each node indented under the one it follows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from data.trees.layout import Box, Layout

LONGEST = 60
"""Nodes that are written; of the others there is a count."""
SIGNS = {True: "+", False: "-", None: "?"}
"""Of a right and a wrong rollout, and of one whose reward is not known."""


def outline(layout: Layout) -> str:
    """One line a node: how deep it stands, its figures, what it says, and a sign for each rollout."""
    lines = [_line(box) for box in layout.boxes]
    rest = [f"... and {len(lines) - LONGEST} more"] if len(lines) > LONGEST else []
    return "\n".join([summary(layout.boxes), *lines[:LONGEST], *rest])


def summary(boxes: Sequence[Box]) -> str:
    """What the tree holds, in a line."""
    kept = [box for box in boxes if not box.is_dropped]
    dropped = Counter(box.footer for box in boxes if box.is_dropped)
    rollouts = [dot for box in boxes for dot in box.dots]
    parts = [f"{len(kept)} nodes", f"{len(rollouts)} rollouts, {sum(bool(dot.is_right) for dot in rollouts)} right"]
    return "; ".join([*parts, *(f"{count} {reason}" for reason, count in sorted(dropped.items()))])


def _line(box: Box) -> str:
    signs = "".join(SIGNS[dot.is_right] for dot in box.dots)
    mark = f" [{box.number}]" if box.number is not None else ""
    verdict = "" if box.is_right is None else " right" if box.is_right else " wrong"
    return f"{'  ' * box.depth}{box.footer}{verdict}:{mark} {box.words}{f'  {signs}' if signs else ''}"
