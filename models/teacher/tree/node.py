"""Node: a step in the tree, the rollouts from it, and what came of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from data.trace import Step
from models.teacher.tree.said import NOTHING, Said, Status


class NodeKind(StrEnum):
    """What a row of ``trees`` is."""

    ROOT = "root"
    """The question."""
    THOUGHT = "thought"
    """A step to go on from, or a reply that brought none."""
    ANSWER = "answer"
    """A step that ends the chain."""
    ROLLOUT = "rollout"
    """A way from a node to an answer; nothing follows it."""


@dataclass(frozen=True, slots=True)
class Rollout:
    """Replies that go on from a node, one after another, until one ends them."""

    replies: tuple[Said, ...]
    reward: float | None
    """None where a call failed, so that nothing is known."""

    @property
    def steps(self) -> tuple[Step, ...]:
        return tuple(reply.step for reply in self.replies if reply.step is not None)

    @property
    def last(self) -> Said:
        return self.replies[-1]


@dataclass(eq=False, slots=True)
class Node:
    """A step, for example at place ``0.2.1``: the second child of the root's third one; numbers count from 0."""

    said: Said = NOTHING
    parent: Node | None = None
    number: int = 0
    simulation: int | None = None
    """The simulation that asked for it."""
    reward: float | None = None
    """Of an answer."""
    visits: int = 0
    value: float = 0.0
    """Mean of the rewards that came back through it."""
    pending: int = 0
    """Simulations under way through it."""
    expansions: int = 0
    is_closed: bool = False
    """Whether there is nothing more to find at it or below it."""
    children: list[Node] = field(default_factory=list)
    dropped: list[Node] = field(default_factory=list)
    """Children that are no part of the tree."""
    rollouts: list[Rollout] = field(default_factory=list)

    @property
    def place(self) -> str:
        return f"{self.parent.place}.{self.number}" if self.parent else "0"

    @property
    def depth(self) -> int:
        return self.parent.depth + 1 if self.parent else 0

    @property
    def kind(self) -> NodeKind:
        if self.parent is None:
            return NodeKind.ROOT
        return NodeKind.ANSWER if self.said.answer is not None else NodeKind.THOUGHT

    @property
    def is_answer(self) -> bool:
        return self.said.answer is not None

    @property
    def path(self) -> tuple[Node, ...]:
        """The nodes from the root to this one."""
        return (*self.parent.path, self) if self.parent else (self,)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps from the root to this one."""
        return tuple(node.said.step for node in self.path if node.said.step is not None)

    def walk(self) -> Iterator[Node]:
        """This node and all below it, parents before children, dropped ones among them by their number."""
        yield self
        for child in sorted([*self.children, *self.dropped], key=lambda child: child.number):
            yield from child.walk()

    def keep(self, child: Node, status: Status) -> bool:
        """Take a child into the tree if its status allows it, else among those that are dropped."""
        child.said = child.said.as_status(status)
        (self.children if status is Status.OK else self.dropped).append(child)
        return status is Status.OK

    def observe(self, reward: float, times: int = 1) -> None:
        """Take a reward back from here to the root: N <- N + 1, Q <- Q + (r - Q) / N at every node of the path."""
        for node in self.path:
            for _ in range(times):
                node.visits += 1
                node.value += (reward - node.value) / node.visits

    def hold(self, simulations: int) -> None:
        """Count so many more simulations as under way from the root to here."""
        for node in self.path:
            node.pending += simulations

    def close(self) -> None:
        """Let no simulation come here again, nor to a parent all of whose children are closed."""
        self.is_closed = True
        if self.parent and all(child.is_closed for child in self.parent.children):
            self.parent.close()
