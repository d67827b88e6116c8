"""Layout: where the nodes of a tree are drawn, and what is written on them."""

from __future__ import annotations

import re
import textwrap
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from data.dialects.places import Place, corners
from data.dialects.thoughts import write_step
from data.drawing import Ink, Mark
from data.rows import answer_from_row, mention_from_row, step_from_row
from data.trace import PlacedBox, Step

WIDTH, HEIGHT = 206.0, 66.0
"""Of a node's box, in pixels."""
GAP_X, GAP_Y = 46.0, 12.0
LINE_CHARACTERS = 32
BETWEEN_NUMBERS = re.compile(r", (?=-?\d)")
"""Where a line does not end."""
NUMBER_CHARACTERS = 4
"""What a number takes of the first line."""
LINES = 2
RIGHT_FROM = 0.5
"""From this reward on an answer is drawn as right, as difficulty and linearisation count it."""
NOTHING_SAID = {"unreadable": "could not be read", "failed": "the call failed"}

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Dot:
    """A rollout."""

    is_right: bool | None
    """None where its reward is not known."""
    words: str
    """All it says."""


@dataclass(frozen=True, slots=True)
class Box:
    """A node as it is drawn; x and y are its top left corner, in pixels."""

    node_id: str
    depth: int
    x: float
    y: float
    lines: tuple[str, ...]
    footer: str
    words: str
    """All it says."""
    number: int | None
    """Of the first place that it names."""
    value: float | None
    """Mean reward, in [0, 1] where rewards are."""
    is_right: bool | None
    """Whether it is a right answer; None where it is none."""
    is_dropped: bool
    """Whether it was asked for and not taken into the tree."""
    dots: tuple[Dot, ...]

    @property
    def middle(self) -> float:
        return self.y + HEIGHT / 2


@dataclass(frozen=True, slots=True)
class Link:
    """From a node to one that followed on it."""

    start: tuple[float, float]
    end: tuple[float, float]
    share: float
    """Of all visits of the tree, how many went this way."""
    is_dropped: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """A whole tree, its size in pixels, and the places that it names."""

    boxes: tuple[Box, ...]
    links: tuple[Link, ...]
    marks: tuple[Mark, ...]
    width: float
    height: float


@dataclass(slots=True)
class _Branch:
    """A node's row with what hangs under it, and where it stands once that is decided."""

    row: Row
    children: list[_Branch] = field(default_factory=list)
    rollouts: list[Row] = field(default_factory=list)
    depth: int = 0
    y: float = 0.0

    @property
    def is_dropped(self) -> bool:
        return str(self.row["status"]) != "ok"

    def walk(self) -> Iterator[_Branch]:
        yield self
        for child in self.children:
            yield from child.walk()


def lay_out(nodes: Sequence[Row], question: str) -> Layout:
    """The layout of one tree's rows of ``trees``. Raises ``ValueError`` where none of them is a root."""
    root = _grow(nodes)
    lowest = _place(root, 0, 0.0)
    branches = list(root.walk())
    numbers = _numbers(branches)
    visits = root.row["visits"] or 1
    boxes = tuple(_box(branch, question, numbers.get(branch.row["node_id"])) for branch in branches)
    links = tuple(_link(branch, child, visits) for branch in branches for child in branch.children)
    width = (max(branch.depth for branch in branches) + 1) * (WIDTH + GAP_X) - GAP_X
    return Layout(boxes, links, _marks(branches, numbers), width, lowest - GAP_Y)


def place_name(row: Row) -> str:
    """What a node is, in a word: question, answer, thought, or why it was dropped."""
    if row["status"] != "ok":
        return str(row["status"])
    return "question" if row["kind"] == "root" else str(row["kind"])


def words_of(row: Row) -> str:
    """What a node or rollout says: its thoughts and its answer."""
    steps = [step_from_row(step) for step in (row, *(row["steps"] or ()))]
    said = [write_step(step, _coordinates) for step in steps if step != Step("")]
    if answer := answer_words(row):
        said.append(f"Answer: {answer}")
    return " ".join(said) or NOTHING_SAID.get(str(row["status"]), "")


def answer_words(row: Row) -> str:
    """The answer of a node or rollout; places in whole pixels."""
    answer = answer_from_row(row)
    places: list[Place] = [*answer.points, *answer.boxes]
    return " ".join([*([answer.text] if answer.text else []), *map(_coordinates, places)])


def is_right(row: Row) -> bool | None:
    """Whether what a rollout or an answer says was rewarded; None where that is not known."""
    return None if row["reward"] is None else bool(row["reward"] >= RIGHT_FROM)


def _coordinates(place: Place) -> str:
    """Whole pixels of the stored image."""
    xs, ys = corners(place)
    numbers = ", ".join(f"{number:.0f}" for pair in zip(xs, ys, strict=True) for number in pair)
    return f"{f'image {place.image_index + 1}: ' if place.image_index else ''}({numbers})"


def _grow(nodes: Sequence[Row]) -> _Branch:
    """The root with everything under it, in the order of the numbers."""
    below: defaultdict[str | None, list[Row]] = defaultdict(list)
    for row in sorted(nodes, key=lambda row: (row["number"] or 0, row["node_id"])):
        below[row["parent_id"]].append(row)
    if not below[None]:
        raise ValueError(f"none of the {len(nodes)} nodes is a root")

    def branch(row: Row) -> _Branch:
        under = below[row["node_id"]]
        children = [branch(child) for child in under if child["kind"] != "rollout"]
        return _Branch(row, children, [child for child in under if child["kind"] == "rollout"])

    return branch(below[None][0])


def _place(branch: _Branch, depth: int, top: float) -> float:
    """Put a node between its first and its last child; returns where the next one may begin."""
    branch.depth = depth
    for child in branch.children:
        top = _place(child, depth + 1, top)
    if not branch.children:
        branch.y = top
        return top + HEIGHT + GAP_Y
    branch.y = (branch.children[0].y + branch.children[-1].y) / 2
    return top


def _numbers(branches: Sequence[_Branch]) -> dict[str, int]:
    """By node, the number of the first place it names; dropped ones have none."""
    numbers: dict[str, int] = {}
    count = 0
    for branch in branches:
        mentions = [] if branch.is_dropped else branch.row["mentions"] or []
        if mentions:
            numbers[branch.row["node_id"]] = count + 1
        count += len(mentions)
    return numbers


def _marks(branches: Sequence[_Branch], numbers: Mapping[str, int]) -> tuple[Mark, ...]:
    found: list[Mark] = []
    for branch in branches:
        if (first := numbers.get(branch.row["node_id"])) is not None:
            found += [Mark(mention_from_row(row).place, Ink.MENTION, first + k) for k, row in enumerate(branch.row["mentions"])]
    return tuple(sorted(found, key=lambda mark: isinstance(mark.place, PlacedBox), reverse=True))


def _box(branch: _Branch, question: str, number: int | None) -> Box:
    row = branch.row
    words = question if row["kind"] == "root" else words_of(row)
    indent = NUMBER_CHARACTERS * "." if number is not None else ""
    held = BETWEEN_NUMBERS.sub(",\N{NO-BREAK SPACE}", indent + words)
    lines = [line.removeprefix(indent) for line in textwrap.wrap(held, LINE_CHARACTERS, max_lines=LINES, placeholder=" ...")]
    dots = tuple(Dot(is_right(rollout), words_of(rollout)) for rollout in branch.rollouts)
    right = is_right(row) if row["kind"] == "answer" else None
    x = branch.depth * (WIDTH + GAP_X)
    return Box(
        row["node_id"],
        branch.depth,
        x,
        branch.y,
        tuple(lines),
        _footer(branch),
        words,
        number,
        row["value"],
        right,
        branch.is_dropped,
        dots,
    )


def _footer(branch: _Branch) -> str:
    row = branch.row
    if branch.is_dropped or not row["visits"]:
        return place_name(row)
    visits = f"{row['visits']} visit{'s' if row['visits'] != 1 else ''}"
    return f"{visits}, value {row['value']:.2f}" if row["value"] is not None else visits


def _link(parent: _Branch, child: _Branch, visits: int) -> Link:
    start = (parent.depth * (WIDTH + GAP_X) + WIDTH, parent.y + HEIGHT / 2)
    end = (child.depth * (WIDTH + GAP_X), child.y + HEIGHT / 2)
    return Link(start, end, (child.row["visits"] or 0) / visits, child.is_dropped)
