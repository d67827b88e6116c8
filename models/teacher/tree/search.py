"""Search: grow the tree of one sample.

What is asked follows from the replies alone, so that a search that was killed goes through the same calls again and gets those that were
answered from the ledger. A leaf's children are asked for together; once it is decided which are kept, all their rollouts run together.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from data.dialects.places import Place
from data.sample import Sample
from data.scoring import score_answer
from data.trace import Step
from models.teacher.linearize.sieve import is_near
from models.teacher.method import Setting
from models.teacher.tree.asking import Asking
from models.teacher.tree.node import Node, Rollout
from models.teacher.tree.said import Said, Status, read_reply
from models.teacher.tree.uct import choose_leaf


class Search:
    """A search for one sample whose answer is known."""

    def __init__(self, sample: Sample, setting: Setting) -> None:
        self._sample = sample
        self._config = setting.config.tree
        self._reply_to = setting.ask
        self._frames = setting.frames(sample)
        self._sizes = [setting.size(image_id) for image_id in sample.image_ids]
        self._asking = Asking(sample, setting.config, self._frames)
        self._done = 0

    async def grow(self) -> Node:
        """The root of the grown tree. Calls that fail leave gaps and end nothing."""
        root = Node()
        while self._done < self._config.simulation_count and not root.is_closed:
            chosen = self._choose(root)
            await asyncio.gather(*(self._expand(leaf, simulation) for simulation, leaf in chosen.items()))
            for leaf in chosen.values():
                self._take_back(leaf)
        return root

    def _choose(self, root: Node) -> dict[int, Node]:
        """The leaves to grow next, by the simulation that grows them; simulations that end at an answer on the way are done at once."""
        chosen: dict[int, Node] = {}
        while len(chosen) < self._config.parallel_simulations and self._done < self._config.simulation_count:
            leaf = choose_leaf(root, self._config)
            if leaf in chosen.values():
                break
            if leaf.reward is not None:
                leaf.observe(leaf.reward)
            else:
                leaf.hold(1)
                chosen[self._done] = leaf
            self._done += 1
        return chosen

    async def _expand(self, leaf: Node, simulation: int) -> None:
        """Ask for a leaf's children, keep those that bring something new, and let rollouts go on from them."""
        first = leaf.expansions * self._config.children
        leaf.expansions += 1
        must_answer = leaf.depth + 1 >= self._config.max_depth
        children = [Node(parent=leaf, number=first + k, simulation=simulation) for k in range(self._config.children)]
        replies = await asyncio.gather(*(self._ask(leaf.steps, child.place, must_answer=must_answer) for child in children))
        for child, said in zip(children, replies, strict=True):
            child.said = said
            leaf.keep(child, self._status(leaf, said))
        await asyncio.gather(*(self._roll_out_all(child) for child in leaf.children))

    def _take_back(self, leaf: Node) -> None:
        """Let the rewards of a simulation come back from the leaf, in the order of its children and their rollouts."""
        leaf.hold(-1)
        for child in leaf.children:
            self._judge(child)
        if not leaf.children and leaf.expansions >= self._config.tries:
            leaf.close()

    def _judge(self, child: Node) -> None:
        """An answer is judged once and counts as often as rollouts would."""
        if child.is_answer:
            child.reward = self._reward(child.said)
            child.observe(child.reward, times=self._config.rollouts)
            if not self._config.revisits:
                child.close()
        for rollout in child.rollouts:
            if rollout.reward is not None:
                child.observe(rollout.reward)

    def _status(self, leaf: Node, said: Said) -> Status:
        """The status of a reply as a child of the leaf, beside those that were kept before it."""
        if said.status is not Status.OK or said.answer is not None:
            return said.status
        taken = [node.said for node in (*leaf.path, *leaf.children)]
        return Status.DUPLICATE if repeats(said, taken, self._config.same_point_px) else Status.OK

    async def _roll_out_all(self, child: Node) -> None:
        if not child.is_answer:
            numbers = range(self._config.rollouts)
            child.rollouts += await asyncio.gather(*(self._roll_out(child, number) for number in numbers))

    async def _roll_out(self, child: Node, number: int) -> Rollout:
        """Go on from a child, reply by reply, until one is an answer or none can follow it; the last one allowed has to be."""
        most = min(self._config.rollout_steps, self._config.max_depth - child.depth)
        steps, replies = list[Step](child.steps), list[Said]()
        for turn in range(most):
            said = await self._ask(steps, f"{child.place}/{number}.{turn}", must_answer=turn == most - 1)
            replies.append(said)
            if said.status is not Status.OK or said.answer is not None or said.step is None:
                break
            steps.append(said.step)
        return Rollout(tuple(replies), None if replies[-1].status is Status.FAILED else self._reward(replies[-1]))

    async def _ask(self, steps: Sequence[Step], place: str, *, must_answer: bool) -> Said:
        reply = await self._reply_to(self._asking.call(steps, place, must_answer=must_answer))
        may_look = self._config.zoom is not None and not must_answer
        return read_reply(reply, self._frames, self._sample.task, must_answer=must_answer, may_look=may_look)

    def _reward(self, said: Said) -> float:
        """Of the answer alone; 0 where there is none that can be read."""
        score = score_answer(self._sample, said.answer if said.status is Status.OK else None, self._sizes)
        return score.outcome if self._config.reward == "outcome" else float(bool(score.correct))


def repeats(said: Said, earlier: Sequence[Said], same_point_px: float) -> bool:
    """Whether a step points where an earlier one does; one that points nowhere, whether it says the same words."""
    places = _pointed(said)
    if not places:
        return any(said.step is not None and said.step == other.step for other in earlier)
    return any(is_near(place, other, same_point_px) for place in places for one in earlier for other in _pointed(one))


def _pointed(said: Said) -> list[Place]:
    """Where a thought points; a look goes where the thought pointed already."""
    return [mention.place for mention in said.step.mentions] if said.step else []
