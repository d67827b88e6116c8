"""Call: one question to a teacher, and what came of it.

A call is known by its *request id*, which hashes everything that decides its reply: the provider's name, the model, the parameters, the
messages, the images and crops by their content, and the *sample index* that tells independent repetitions of one question apart. Where the
provider listens, and the key it wants, are no part of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from data.identity import Kind, canonical_json, digest, entity_id


class RequestStatus(StrEnum):
    """What became of a call."""

    OK = "ok"
    """It was answered."""
    DISCARDED = "discarded"
    """It was answered and paid for, with nothing in it."""
    FAILED = "failed"
    """It was not answered; the next run may ask again."""
    UNASKED = "unasked"
    """It was never sent, because the budget is spent: no row says so, and a run with a higher one asks."""


@dataclass(frozen=True)
class Call:
    """A question as it is sent, with its images apart from its text."""

    provider: str
    model: str
    params: Mapping[str, Any]
    """``temperature``, ``top_p``, ``max_tokens``."""
    messages: tuple[Mapping[str, Any], ...]
    """``{"role", "content"}``; the images go before the text of the first user message. With ``crops``, a list of ``{"image_id", "x", "y",
    "zoom"}`` (the settings of ``data.cropping`` as JSON), those go before the message's own text."""
    image_ids: tuple[str, ...]
    sample_index: int
    purpose: str
    """What the call is for, such as ``direct``; for the record only."""
    sample_id: str
    """For the record only."""

    @cached_property
    def request_id(self) -> str:
        return entity_id(Kind.REQUEST, *self._key)

    @cached_property
    def seed(self) -> int:
        """Derived from all that the id hashes, so that repetitions differ: 31 bits."""
        return int(digest("seed", *self._key)[:8], 16) >> 1

    @property
    def _key(self) -> tuple[Any, ...]:
        messages = [dict(message) for message in self.messages]
        return self.provider, self.model, dict(self.params), messages, list(self.image_ids), self.sample_index

    def row(self) -> dict[str, Any]:
        """The columns of ``requests`` that are known before asking."""
        return {
            "request_id": self.request_id,
            "sample_id": self.sample_id,
            "provider": self.provider,
            "model": self.model,
            "purpose": self.purpose,
            "params": canonical_json({**self.params, "seed": self.seed}),
            "messages_hash": digest([dict(message) for message in self.messages]),
            "image_ids": list(self.image_ids),
            "sample_index": self.sample_index,
        }


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of a call: the text where it was answered, the errors of the attempts that were not.

    One that ``is_final`` has a row in ``requests``, as has a failed one; one that was ``unasked`` has none.
    """

    request_id: str
    status: RequestStatus
    text: str | None
    finish_reason: str | None = None
    attempts: int = 1
    attempt_errors: tuple[str, ...] = ()
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cost_usd: float | None = None
    started_at: datetime | None = None
    latency_s: float | None = None

    @property
    def is_final(self) -> bool:
        """Whether it was answered and paid for, so that the call is never to be made again; a method goes on with no other reply."""
        return self.status in {RequestStatus.OK, RequestStatus.DISCARDED}

    def row(self) -> dict[str, Any]:
        """The columns of ``requests`` that are known after asking."""
        return {
            "status": self.status.value,
            "response": self.text,
            "finish_reason": self.finish_reason,
            "attempts": self.attempts,
            "attempt_errors": list(self.attempt_errors),
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "cost_usd": self.cost_usd,
            "started_at": self.started_at,
            "latency_s": self.latency_s,
        }

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Reply:
        """The reply that a row of ``requests`` records."""
        return cls(
            request_id=row["request_id"],
            status=RequestStatus(row["status"]),
            text=row["response"],
            finish_reason=row["finish_reason"],
            attempts=row["attempts"],
            attempt_errors=tuple(row["attempt_errors"] or ()),
            prompt_tokens=row["prompt_tokens"],
            completion_tokens=row["completion_tokens"],
            cost_usd=row["cost_usd"],
            started_at=row["started_at"],
            latency_s=row["latency_s"],
        )


def last_error(failed: Sequence[Mapping[str, Any]]) -> str:
    """What the last attempt of the last of these rows of ``requests`` said."""
    return next((errors[-1] for row in reversed(failed) if (errors := row["attempt_errors"])), "nothing")
