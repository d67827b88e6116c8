"""A search whose replies are written by a function of the call, so that what is asked and kept can be seen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from data.identity import digest
from data.sample import Role, Sample, Task
from data.trace import PlacedBox
from models.teacher.call import Call, Reply, RequestStatus
from models.teacher.config import GenerateConfig
from models.teacher.method import Made, Setting
from models.teacher.tree.method import Tree
from models.teacher.tree.node import Node
from models.teacher.tree.search import Search

Row = dict[str, Any]
Write = Callable[[Call], str | None]
SIDE = 1000
RIGHT, WRONG = "<answer>(500, 500)</answer>", "<answer>(1, 1)</answer>"
SAMPLE = Sample(
    "smp_a", "d", "train", Task.POINT, ("img_a",), "Where is the cat?", boxes=(PlacedBox(450, 450, 550, 550, role=Role.ANSWER),)
)


class KilledError(Exception):
    """The end of the process."""


class Scripted:
    """Answers calls by a function, None being a failure, and may be killed; what was answered once is remembered and not asked again."""

    def __init__(self, write: Write, dies_at: int | None = None) -> None:
        self.write = write
        self.dies_at = dies_at
        self.durable: dict[str, Reply] = {}
        self.asked: list[Call] = []
        self.at_once = self.most_at_once = self.written = 0

    async def __call__(self, call: Call) -> Reply:
        if call.request_id in self.durable:
            return self.durable[call.request_id]
        if len(self.asked) == self.dies_at:
            raise KilledError
        self.asked.append(call)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        self.written += 1
        text = self.write(call)
        if text is None:
            return Reply(call.request_id, RequestStatus.FAILED, None)
        self.durable[call.request_id] = Reply(call.request_id, RequestStatus.OK, text)
        return self.durable[call.request_id]

    def setting(self, **tree: Any) -> Setting:
        config = GenerateConfig.model_validate({"method": "tree", "tree": tree})
        return Setting(config, lambda _: (SIDE, SIDE), self)


def grow(teacher: Scripted | Write, sample: Sample = SAMPLE, **tree: Any) -> Node:
    """The root of a grown tree."""
    asked = teacher if isinstance(teacher, Scripted) else Scripted(teacher)
    return asyncio.run(Search(sample, asked.setting(**tree)).grow())


def generate(teacher: Scripted | Write, sample: Sample = SAMPLE, **tree: Any) -> Made:
    """What the method makes of the sample."""
    asked = teacher if isinstance(teacher, Scripted) else Scripted(teacher)
    return asyncio.run(Tree().generate(sample, asked.setting(**tree)))


def steps_before(call: Call) -> int:
    """How many steps a call lists."""
    return sum(line.split(".")[0].isdigit() for line in call.messages[-1]["content"].partition("Steps so far:")[2].splitlines())


def is_forced(call: Call) -> bool:
    return "final answer now" in call.messages[-1]["content"]


def wander(call: Call) -> str:
    """A thought at a place of its own, or after two of them, or when it is forced, an answer that is right every second time."""
    chance = int(digest(call.request_id)[:8], 16)
    if is_forced(call) or (steps_before(call) >= 2 and chance % 3):
        return RIGHT if chance % 2 else WRONG
    return f"<think>There is a thing at ({chance % 997}, {chance // 997 % 997}).</think>"


def never_ending(call: Call) -> str:
    """A thought at a place of its own unless it is forced."""
    return RIGHT if is_forced(call) else wander_thought(call)


def wander_thought(call: Call) -> str:
    chance = int(digest(call.request_id)[:8], 16)
    return f"<think>There is a thing at ({chance % 997}, {chance // 997 % 997}).</think>"
