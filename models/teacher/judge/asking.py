"""Asking: one question put to a language model until a reply can be read. The ledger is the cache: a question is never asked twice.

A reply that cannot be read is asked for again under a fresh sample index, ``attempts`` times at most. A call that failed was already tried
again by the client and is not asked for again here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from models.teacher.call import Call, Reply, RequestStatus
from models.teacher.judge.config import AskedConfig

Ask = Callable[[Call], Awaitable[Reply]]
Said = TypeVar("Said")
LONGEST_QUOTE = 80
"""Characters of a reply that an error quotes."""


@dataclass(frozen=True, slots=True)
class Inquiry(Generic[Said]):
    """A question to a model, and how a reply to it is read."""

    text: str
    purpose: str
    sample_id: str
    image_ids: tuple[str, ...]
    read: Callable[[str], Said | None]
    """What a reply says; None where it cannot be read."""
    wanted: str
    """What a reply that cannot be read is told not to be, for example ``none of 0, 1``."""

    def call(self, config: AskedConfig, sample_index: int) -> Call:
        """The call that asks it once."""
        teacher = config.teacher
        params: Mapping[str, Any] = {"temperature": teacher.temperature, "top_p": teacher.top_p, "max_tokens": teacher.max_tokens}
        message = {"role": "user", "content": self.text}
        return Call(teacher.provider, teacher.model, params, (message,), self.image_ids, sample_index, self.purpose, self.sample_id)


@dataclass(frozen=True, slots=True)
class Hearing(Generic[Said]):
    """What one of the ``samples`` of a question came to, with the replies that could not be read before it."""

    value: Said | None
    error: str | None
    request_ids: tuple[str, ...]
    is_unasked: bool = False


@dataclass(frozen=True, slots=True)
class Heard(Generic[Said]):
    """What all of them came to."""

    hearings: tuple[Hearing[Said], ...]

    @property
    def values(self) -> list[Said]:
        """Those that could be read."""
        return [one.value for one in self.hearings if one.value is not None]

    @property
    def request_ids(self) -> tuple[str, ...]:
        """Every call, those whose reply could not be read included."""
        return tuple(request_id for one in self.hearings for request_id in one.request_ids)

    @property
    def is_unfinished(self) -> bool:
        """Whether the budget left a call unsent."""
        return any(one.is_unasked for one in self.hearings)

    def lack(self, what: str) -> str | None:
        """How many samples gave none of it, and why the first did not; None where all gave one."""
        errors = [one.error for one in self.hearings if one.error is not None]
        return f"{len(errors)} of {len(self.hearings)} samples gave no {what}; the first: {errors[0]}" if errors else None


async def hear(config: AskedConfig, ask: Ask, inquiry: Inquiry[Said]) -> Heard[Said]:
    """As many samples as the settings want. Raises ``TeacherError`` where the endpoint is lost."""
    numbers = range(config.samples)
    return Heard(tuple(await asyncio.gather(*(_hearing(config, ask, inquiry, number) for number in numbers))))


async def _hearing(config: AskedConfig, ask: Ask, inquiry: Inquiry[Said], number: int) -> Hearing[Said]:
    request_ids: list[str] = []
    error = ""
    for attempt in range(config.attempts):
        reply = await ask(inquiry.call(config, number + attempt * config.samples))
        if reply.status == RequestStatus.UNASKED:
            return Hearing(None, "the call was not sent, as the budget is spent", tuple(request_ids), is_unasked=True)
        request_ids.append(reply.request_id)
        if not reply.is_final:
            return Hearing(None, f"the call failed: {(*reply.attempt_errors, 'nothing was said')[0]}", tuple(request_ids))
        value = inquiry.read(reply.text or "")
        if value is not None:
            return Hearing(value, None, tuple(request_ids))
        error = f"{reply.text or ''!r:.{LONGEST_QUOTE}} is {inquiry.wanted}"
    return Hearing(None, error, tuple(request_ids))
