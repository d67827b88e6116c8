"""Examinee: an endpoint that answers exams; every call is a row of ``requests``, and one that was answered before is not made again.

Images are sent as they are stored; the ``view`` of the student settings says in which space the endpoint writes places.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from data.conversation import Message, text_of
from data.dialects import Turn
from data.sample import Sample
from data.space import Frame
from data.store.images import ImageReader
from data.trace import PlacedBox
from models.exams.config import EndpointConfig
from models.exams.exam import Exam
from models.exams.exam import Reply as ExamReply
from models.exams.second import joined, shown_windows
from models.student.turn_rows import EMPTY, asked_rows
from models.teacher.call import Call, Reply, RequestStatus
from models.teacher.session import Session

PURPOSE = "evaluate"


class EndpointExaminee:
    """An endpoint behind a session's client."""

    def __init__(self, session: Session, config: EndpointConfig, images: ImageReader, seed: int) -> None:
        self._session, self._config, self._images, self._seed = session, config, images, seed

    def answer(self, exam: Exam, items: Sequence[Sample]) -> list[ExamReply]:
        """One reply to each item; a call that was given up is a reply without text. Raises ``TeacherError`` where the endpoint is lost."""
        return self._session.wait_for(self._answered, exam, items)

    async def _answered(self, exam: Exam, items: Sequence[Sample]) -> list[ExamReply]:
        return list(await asyncio.gather(*(self._one(exam, item) for item in items)))

    async def _one(self, exam: Exam, sample: Sample) -> ExamReply:
        first = await self._asked(exam, sample, ())
        if exam.evidence is None or first.text is None:
            return first
        shown = self._windows(exam, sample, first)
        return joined(first, await self._asked(exam.second, sample, shown), shown, sample)

    async def _asked(self, exam: Exam, sample: Sample, shown: Sequence[PlacedBox]) -> ExamReply:
        question, messages = self._messages(exam, sample, shown)
        call = Call(
            provider=self._config.provider,
            model=self._config.model,
            params={"temperature": exam.temperature, "top_p": self._config.top_p, "max_tokens": self._config.max_tokens},
            messages=tuple(messages),
            image_ids=sample.image_ids,
            sample_index=self._seed,
            purpose=PURPOSE,
            sample_id=sample.sample_id,
        )
        return _read(await self._session.client.ask(call), question, exam, sample)

    def _messages(self, exam: Exam, sample: Sample, shown: Sequence[PlacedBox]) -> tuple[str, list[dict[str, Any]]]:
        """The text of the question, and the call's messages; crops stand beside the question."""
        frames = (*self._frames(exam, sample), *(_frame(exam, box) for box in shown))
        asked = exam.benchmark.prompt(sample, exam.asking, frames)
        messages = [_plain(message) for message in asked]
        if shown:
            crops = [{"image_id": sample.image_ids[box.image_index], "window": [box.x1, box.y1, box.x2, box.y2]} for box in shown]
            first = next(number for number, message in enumerate(messages) if message["role"] == "user")
            messages[first]["crops"] = crops
        return text_of(asked), messages

    def _windows(self, exam: Exam, sample: Sample, first: ExamReply) -> list[PlacedBox]:
        sizes = [self._images.size(name) for name in sample.image_ids]
        return shown_windows(exam, sample, first, self._frames(exam, sample), sizes)

    def _frames(self, exam: Exam, sample: Sample) -> tuple[Frame, ...]:
        return exam.settings.view.frames(map(self._images.size, sample.image_ids))


def _frame(exam: Exam, box: PlacedBox) -> Frame:
    return exam.settings.view.frame(round(box.x2 - box.x1), round(box.y2 - box.y1))


def _plain(message: Message) -> dict[str, Any]:
    return {"role": message["role"], "content": text_of([message])}


def _read(reply: Reply, question: str, exam: Exam, sample: Sample) -> ExamReply:
    """A reply without text keeps why there is none."""
    text = reply.text if reply.status is RequestStatus.OK else None
    said = (Turn("assistant", text),) if text is not None else ()
    return ExamReply(
        text=text,
        said=said,
        dialect=exam.asking.dialect,
        turns=[*asked_rows(question, sample.image_ids), *(EMPTY | {"role": turn.role, "text": turn.text} for turn in said)],
        prompt=question,
        stop_reason=reply.finish_reason,
        prompt_tokens=reply.prompt_tokens,
        completion_tokens=reply.completion_tokens,
        error=None if text is not None else f"no reply: {reply.status} ({'; '.join(reply.attempt_errors[-1:]) or 'nothing was said'})",
    )
