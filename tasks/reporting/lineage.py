"""Lineage: the stages behind a report as a drawing, each to the right of what it read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from data.identity import Kind
from data.store import Manifest, Version

WIDTH = 150
LINE = 15
HEAD = 34
GAP_X = 30
GAP_Y = 18
"""Measures of the drawing, pixels."""


@dataclass(frozen=True, slots=True)
class Node:
    """One stage's publication: where it is drawn, and a line for each output."""

    title: str
    x: float
    y: float
    height: float
    lines: tuple[tuple[str, str], ...]
    """Version id and what it holds."""

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


@dataclass(frozen=True, slots=True)
class Edge:
    """From what was read to what read it, as the path of an SVG curve."""

    path: str


@dataclass(frozen=True, slots=True)
class Graph:
    """The whole drawing and its size in pixels."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    width: float
    height: float


def lay_out(manifests: Sequence[Manifest], titles: Sequence[str]) -> Graph:
    """Columns by the longest way from a source; in a column the order of time. There is one title for each manifest."""
    parents = _parents(manifests)
    depths = _depths(parents)
    columns: dict[int, list[int]] = defaultdict(list)
    for number in range(len(manifests)):
        columns[depths[number]].append(number)
    tallest = max((_column_height(manifests, column) for column in columns.values()), default=0.0)
    nodes: dict[int, Node] = {}
    for depth, column in columns.items():
        y = (tallest - _column_height(manifests, column)) / 2
        for number in column:
            nodes[number] = _node(manifests[number], titles[number], depth * (WIDTH + GAP_X), y)
            y += nodes[number].height + GAP_Y
    edges = [Edge(_curve(nodes[parent], nodes[number])) for number, above in enumerate(parents) for parent in sorted(above)]
    width = (max(depths, default=0) + 1) * (WIDTH + GAP_X) - GAP_X
    return Graph(tuple(nodes[number] for number in range(len(manifests))), tuple(edges), width, tallest)


def _parents(manifests: Sequence[Manifest]) -> list[set[int]]:
    """For each manifest the numbers of those it read, without those that another of them read already."""
    makers = {version.version_id: number for number, manifest in enumerate(manifests) for version in manifest.outputs.values()}
    read = [
        {makers[parent] for version in manifest.outputs.values() for parent in version.parents if parent in makers} - {number}
        for number, manifest in enumerate(manifests)
    ]
    return [above - {further for one in above for further in _above(read, one)} for above in read]


def _above(read: Sequence[set[int]], number: int) -> set[int]:
    """All that one manifest came from."""
    found: set[int] = set()
    waiting = list(read[number])
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += read[one]
    return found


def _depths(parents: Sequence[set[int]]) -> list[int]:
    depths: list[int] = []
    for above in parents:
        depths.append(max((depths[parent] + 1 for parent in above if parent < len(depths)), default=0))
    return depths


def _column_height(manifests: Sequence[Manifest], column: Sequence[int]) -> float:
    return sum(_height(manifests[number]) for number in column) + GAP_Y * (len(column) - 1)


def _height(manifest: Manifest) -> float:
    return HEAD + LINE * len(manifest.outputs) + 6.0


def _node(manifest: Manifest, title: str, x: float, y: float) -> Node:
    lines = tuple((version.version_id, _line(version)) for version in manifest.outputs.values())
    return Node(title, x, y, _height(manifest), lines)


def _line(version: Version) -> str:
    if version.version_id.startswith(Kind.CHECKPOINT):
        return f"checkpoint, {version.bytes / 1e6:,.1f} MB"
    return f"{version.rows:,} {version.table_name}"


def _curve(start: Node, end: Node) -> str:
    x1, x2 = start.x + WIDTH, end.x
    bend = (x1 + x2) / 2
    return f"M {x1:.1f} {start.middle:.1f} C {bend:.1f} {start.middle:.1f}, {bend:.1f} {end.middle:.1f}, {x2:.1f} {end.middle:.1f}"
