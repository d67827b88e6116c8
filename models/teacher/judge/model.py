"""Model: a judge that asks a language model. The ledger is its cache: the same question is never asked twice, whichever run asks it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from models.teacher.call import Call, Reply, RequestStatus
from models.teacher.judge.config import JudgeConfig
from models.teacher.judge.judge import Judgement, JudgeQuestion, judgement_name, settled
from models.teacher.judge.rubric import RUBRICS, Rubric

Ask = Callable[[Call], Awaitable[Reply]]
LONGEST_QUOTE = 80
"""Characters of a reply that an error quotes."""


@dataclass(frozen=True, slots=True)
class _Sample:
    """What one of several replies to a question came to."""

    value: float | None
    error: str | None
    request_ids: tuple[str, ...]
    is_unasked: bool = False


class ModelJudge:
    """Asks ``samples`` times and takes the mean of what could be read.

    A reply that cannot be read is asked for again under a fresh sample index, ``attempts`` times at most. A call that failed was already
    tried again by the client and is not asked for again here.
    """

    def __init__(self, config: JudgeConfig, ask: Ask) -> None:
        self._config = config
        self._ask = ask

    async def ask(self, question: JudgeQuestion) -> Judgement:
        """The mean of the samples; where some are lacking, of the others, and the error says how many; where all are, none."""
        if (known := settled(question)) is not None:
            return known
        rubric = RUBRICS[question.kind]
        text = rubric.write(question, see_places=self._config.see_places)
        samples = await asyncio.gather(*(self._sample(question, rubric, text, number) for number in range(self._config.samples)))
        values = [sample.value for sample in samples if sample.value is not None]
        errors = [sample.error for sample in samples if sample.error is not None]
        said = f"{len(errors)} of {len(samples)} samples gave no score; the first: {errors[0]}" if errors else None
        request_ids = tuple(request_id for sample in samples for request_id in sample.request_ids)
        is_unfinished = any(sample.is_unasked for sample in samples)
        return Judgement(sum(values) / len(values) if values else None, said, request_ids, is_unfinished)

    async def _sample(self, question: JudgeQuestion, rubric: Rubric, text: str, number: int) -> _Sample:
        request_ids: list[str] = []
        error = ""
        for attempt in range(self._config.attempts):
            reply = await self._ask(self._call(question, text, number + attempt * self._config.samples))
            if reply.status == RequestStatus.UNASKED:
                return _Sample(None, "the call was not sent, as the budget is spent", tuple(request_ids), is_unasked=True)
            request_ids.append(reply.request_id)
            if not reply.is_final:
                return _Sample(None, f"the call failed: {(*reply.attempt_errors, 'nothing was said')[0]}", tuple(request_ids))
            value = rubric.read(reply.text or "")
            if value is not None:
                return _Sample(value, None, tuple(request_ids))
            error = f"{reply.text or ''!r:.{LONGEST_QUOTE}} is none of {', '.join(rubric.levels)}"
        return _Sample(None, error, tuple(request_ids))

    def _call(self, question: JudgeQuestion, text: str, sample_index: int) -> Call:
        teacher, sample = self._config.teacher, question.sample
        params: Mapping[str, Any] = {"temperature": teacher.temperature, "top_p": teacher.top_p, "max_tokens": teacher.max_tokens}
        images = sample.image_ids if self._config.see_images else ()
        message = {"role": "user", "content": text}
        purpose = judgement_name(question.kind)
        return Call(teacher.provider, teacher.model, params, (message,), images, sample_index, purpose, sample.sample_id)
