"""Questions to judge, and a teacher in the same process that says what it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from data.sample import Role, Sample, Task
from data.trace import Answer, Mention, PlacedBox, PlacedPoint, Step, Trace
from models.teacher.call import Call, Reply, RequestStatus
from models.teacher.judge.config import JudgeConfig, JudgeKind
from models.teacher.judge.judge import Judgement, JudgeQuestion
from models.teacher.judge.model import ModelJudge


@dataclass
class Script:
    """Answers calls by their sample index; ``None`` fails the call, ``unasked`` is never sent. What is not scripted is empty."""

    replies: Mapping[int, str | None]
    calls: list[Call] = field(default_factory=list)

    async def ask(self, call: Call) -> Reply:
        self.calls.append(call)
        text = self.replies.get(call.sample_index, "")
        statuses = {None: RequestStatus.FAILED, "": RequestStatus.DISCARDED, "unasked": RequestStatus.UNASKED}
        status = statuses.get(text, RequestStatus.OK)
        return Reply(call.request_id, status, text, attempt_errors=("InternalServerError: no",) if text is None else ())


def judged(question: JudgeQuestion, replies: Mapping[int, str | None], **config: Any) -> tuple[Judgement, Script]:
    """The model's judgement where these are the replies, and what was asked."""
    script = Script(replies)
    judge = ModelJudge(JudgeConfig.model_validate(config), script.ask)
    return asyncio.run(judge.ask(question)), script


def sample(**fields: Any) -> Sample:
    given: dict[str, Any] = {"sample_id": "smp_a", "dataset": "d", "split": "train", "task": Task.TEXT, "image_ids": ("img_a",)}
    return Sample(**(given | {"question": "What is on the red table?", "answer": "a white cup"} | fields))


def point_sample() -> Sample:
    box = PlacedBox(0, 0, 10, 10, role=Role.ANSWER)
    return sample(task=Task.POINT, question="Point at the red circle.", answer=None, boxes=(box,))


def trace(*thoughts: str, answer: str | None = "one cup", place: PlacedPoint | None = None) -> Trace:
    """Thoughts, each with a mention of the place if there is one."""
    mentions = (Mention(0, place),) if place else ()
    return Trace(tuple(Step(thought, mentions) for thought in thoughts), Answer(text=answer))


def question(kind: str, said: Trace, reference: Trace | None = None, about: Sample | None = None) -> JudgeQuestion:
    return JudgeQuestion("trc_a", JudgeKind(kind), about or sample(), said, reference)
