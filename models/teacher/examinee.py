"""Examinee: an endpoint that answers exams; every call is a row of ``requests``, and one that was answered before is not made again.

Images are sent as they are stored; the ``view`` of the student settings says in which space the endpoint writes places.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from data.conversation import Message, text_of
from data.cropping import window
from data.dialects import get_dialect
from data.sample import Sample
from data.space import Frame
from data.store.images import ImageReader
from data.trace import PlacedBox, PlacedPoint
from models.exams.config import EndpointConfig
from models.exams.exam import Exam, Response
from models.exams.second import joined, shown_windows
from models.student.course import Course
from models.student.said import Said, as_turns
from models.student.stopping import StopReason
from models.student.turn_rows import asked_rows, turn_rows
from models.teacher.call import Call, Reply, RequestStatus
from models.teacher.session import Session

PURPOSE = "evaluate"
LENGTH = "length"
"""How an endpoint says that its tokens ran out."""


class EndpointExaminee:
    """An endpoint behind a session's client."""

    def __init__(self, session: Session, config: EndpointConfig, images: ImageReader, seed: int) -> None:
        self._session, self._config, self._images, self._seed = session, config, images, seed

    def answer(self, exam: Exam, items: Sequence[Sample]) -> list[Response]:
        """One reply to each item; a call that was given up is a reply without text. Raises ``TeacherError`` where the endpoint is lost."""
        return self._session.wait_for(self._answered, exam, items)

    async def _answered(self, exam: Exam, items: Sequence[Sample]) -> list[Response]:
        return list(await asyncio.gather(*(self._one(exam, item) for item in items)))

    async def _one(self, exam: Exam, sample: Sample) -> Response:
        first = await self._asked(exam, sample, ())
        if exam.evidence is None or first.text is None:
            return first
        shown = shown_windows(exam, sample, first, self._images)
        return joined(first, await self._asked(exam.second, sample, shown), shown, sample)

    async def _asked(self, exam: Exam, sample: Sample, shown: Sequence[PlacedBox]) -> Response:
        """The whole conversation: one turn, or as many as looks are asked for where the dialect has turns."""
        frames = exam.frames(sample, self._images)
        dialect = get_dialect(exam.asking.dialect)
        course = Course(dialect, exam.settings.turns, frames)
        question, messages = self._messages(exam, sample, shown)
        said: list[Said] = []
        replies: list[Reply] = []
        while True:
            reply = await self._session.client.ask(self._call(exam, sample, messages))
            replies.append(reply)
            if reply.status is not RequestStatus.OK or reply.text is None:
                asked = asked_rows(question, sample.image_ids)
                return Response(None, prompt=question, turns=asked, request_ids=_ids(replies), error=_lack(reply))
            heard = course.hear(reply.text, has_ended=reply.finish_reason != LENGTH)
            said.append(Said("assistant", reply.text, heard.asked, call_error=heard.error))
            if heard.stop_reason is not None:
                return _read(said, heard.stop_reason, replies, question, exam, sample)
            answer = course.answer(heard)
            window = self._window(exam, sample, answer.shown)
            said.append(Said("user", answer.text, heard.asked, window, answer.error))
            messages = [*messages, _turn("assistant", reply.text), _turn("user", answer.text) | _crops(exam, sample, answer.shown)]

    def _call(self, exam: Exam, sample: Sample, messages: Sequence[dict[str, Any]]) -> Call:
        return Call(
            provider=self._config.provider,
            model=self._config.model,
            params={"temperature": exam.temperature, "top_p": self._config.top_p, "max_tokens": self._config.max_tokens},
            messages=tuple(messages),
            image_ids=sample.image_ids,
            sample_index=self._seed,
            purpose=PURPOSE,
            sample_id=sample.sample_id,
        )

    def _window(self, exam: Exam, sample: Sample, point: PlacedPoint | None) -> tuple[int, int, int, int] | None:
        """What the crop around a point shows, in pixels of its image."""
        if point is None:
            return None
        return window(point.x, point.y, *self._images.size(sample.image_ids[point.image_index]), exam.settings.zoom)

    def _messages(self, exam: Exam, sample: Sample, shown: Sequence[PlacedBox]) -> tuple[str, list[dict[str, Any]]]:
        """The text of the question, and the call's messages; crops stand beside the question."""
        frames = (*exam.frames(sample, self._images), *(_frame(exam, box) for box in shown))
        asked = exam.benchmark.prompt(sample, exam.asking, frames)
        messages = [_plain(message) for message in asked]
        if shown:
            crops = [{"image_id": sample.image_ids[box.image_index], "window": [box.x1, box.y1, box.x2, box.y2]} for box in shown]
            first = next(number for number, message in enumerate(messages) if message["role"] == "user")
            messages[first]["crops"] = crops
        return text_of(asked), messages


def _frame(exam: Exam, box: PlacedBox) -> Frame:
    return exam.settings.view.frame(round(box.x2 - box.x1), round(box.y2 - box.y1))


def _plain(message: Message) -> dict[str, Any]:
    return _turn(message["role"], text_of([message]))


def _turn(role: str, text: str) -> dict[str, Any]:
    return {"role": role, "content": text}


def _crops(exam: Exam, sample: Sample, point: PlacedPoint | None) -> dict[str, Any]:
    """The crop that a turn shows, as a call names it."""
    if point is None:
        return {}
    zoom = exam.settings.zoom.model_dump(mode="json")
    return {"crops": [{"image_id": sample.image_ids[point.image_index], "x": point.x, "y": point.y, "zoom": zoom}]}


def _read(said: Sequence[Said], stop_reason: StopReason, replies: Sequence[Reply], question: str, exam: Exam, sample: Sample) -> Response:
    """What was said in so many replies."""
    completions = [reply.completion_tokens for reply in replies]
    return Response(
        text="\n".join(turn.text for turn in said),
        said=tuple(as_turns(said)),
        dialect=exam.asking.dialect,
        turns=turn_rows(question, sample.image_ids, said),
        prompt=question,
        stop_reason=stop_reason,
        prompt_tokens=replies[0].prompt_tokens,
        completion_tokens=None if None in completions else sum(filter(None, completions)),
        request_ids=_ids(replies),
    )


def _ids(replies: Sequence[Reply]) -> tuple[str, ...]:
    """Of those that are rows of ``requests``."""
    return tuple(reply.request_id for reply in replies if reply.status is not RequestStatus.UNASKED)


def _lack(reply: Reply) -> str:
    """Why there is no reply."""
    return f"no reply: {reply.status} ({'; '.join(reply.attempt_errors[-1:]) or 'nothing was said'})"
