"""Client: asks an OpenAI-compatible teacher, many calls at a time, each until it is answered or given up.

The SDK's own retries are off: every attempt is ours to see and to record.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Protocol
from urllib.parse import urlsplit

import openai
import stamina
from openai import AsyncOpenAI, DefaultAioHttpClient
from openai.types.chat import ChatCompletion

from models.teacher.call import Call, Reply, RequestStatus
from models.teacher.config import TeacherConfig
from models.teacher.errors import TeacherError, TeacherRefusedError, TeacherUnreachableError
from models.teacher.ledger import Ledger
from models.teacher.retry import AttemptError, MalformedReplyError, describe

HEALTH_ATTEMPTS = 3
HEALTH_TIMEOUT_S = 5.0
FIRST_WAIT_S = 0.2
LONGEST_WAIT_S = 20.0


class Pictures(Protocol):
    """Where a call's images come from."""

    def url(self, image_id: str) -> str:
        """The image as a data URL."""
        ...


class TeacherClient:
    """One connection pool for a run; an async context manager."""

    def __init__(self, config: TeacherConfig, base_url: str, api_key: str | None, ledger: Ledger, pictures: Pictures) -> None:
        self._config = config
        self._key = api_key or ""
        self._base_url = base_url
        self._ledger = ledger
        self._pictures = pictures
        self._fatal: TeacherError | None = None
        self._open_calls = asyncio.Semaphore(config.in_flight)
        http_client = DefaultAioHttpClient(timeout=config.timeout_s, trust_env=not _is_loopback(base_url))
        self._openai = AsyncOpenAI(
            base_url=base_url, api_key=api_key or "none", max_retries=0, timeout=config.timeout_s, http_client=http_client
        )

    async def __aenter__(self) -> TeacherClient:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._openai.close)
            await self.check()
            stack.pop_all()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._ledger.close()
        await self._openai.close()

    async def check(self) -> None:
        """Ask for the models. Raises ``TeacherUnreachableError`` if nothing answers, ``TeacherRefusedError`` if the key is not taken."""
        try:
            async for attempt in stamina.retry_context(openai.APIConnectionError, attempts=HEALTH_ATTEMPTS, timeout=None, wait_jitter=0.1):
                with attempt:
                    await self._openai.with_options(timeout=HEALTH_TIMEOUT_S).models.list()
        except (openai.AuthenticationError, openai.PermissionDeniedError) as error:
            raise self._refused(error) from None
        except openai.APIConnectionError as error:
            raise TeacherUnreachableError(
                f"no teacher answers at {self._base_url} ({describe(error, self._key)}); start it, or set generate.teacher.base_url"
            ) from None
        except (openai.OpenAIError, ValueError):
            return

    async def ask(self, call: Call) -> Reply:
        """The durable reply to a call, which may be an earlier run's. A call that is given up is a reply of status ``failed``.

        Raises ``TeacherUnreachableError`` or ``TeacherRefusedError`` where it is the teacher that is lost, not the call.
        """
        reply = await self._ledger.fetch(call, self._ask)
        if self._fatal is not None and not reply.is_final:
            raise self._fatal
        return reply

    async def _ask(self, call: Call) -> Reply:
        async with self._open_calls:
            started, clock = datetime.now(UTC), time.monotonic()
            effort = _Effort()
            try:
                completion = await self._try(call, effort)
            except AttemptError as failure:
                self._fatal = await self._diagnose(failure)
                reply = Reply(call.request_id, RequestStatus.FAILED, None)
            else:
                reply = self._reply(call, completion)
            return replace(
                reply,
                attempts=effort.attempts,
                attempt_errors=tuple(effort.errors),
                started_at=started,
                latency_s=time.monotonic() - clock,
            )

    async def _try(self, call: Call, effort: _Effort) -> ChatCompletion:
        attempts = stamina.retry_context(
            AttemptError.backoff,
            attempts=self._config.attempts,
            timeout=None,
            wait_initial=FIRST_WAIT_S,
            wait_max=LONGEST_WAIT_S,
            wait_jitter=FIRST_WAIT_S,
        )
        async for attempt in attempts:
            with attempt:
                effort.attempts += 1
                try:
                    return await self._send(call)
                except (openai.OpenAIError, MalformedReplyError) as error:
                    effort.errors.append(describe(error, self._key))
                    raise AttemptError(error, effort.errors[-1]) from None
        raise AssertionError("stamina ends by returning or raising")

    async def _send(self, call: Call) -> ChatCompletion:
        """One attempt, by the SDK's general ``post``: ``create`` takes a third of its time to look at every block of the messages."""
        body = {"model": call.model, "messages": self._messages(call), "seed": call.seed, "n": 1, **call.params}
        try:
            completion = await self._openai.post("/chat/completions", cast_to=ChatCompletion, body=body)
        except ValueError as error:
            raise MalformedReplyError(f"the reply is no JSON: {error}") from error
        if not isinstance(completion, ChatCompletion) or not completion.choices or completion.choices[0].message is None:
            raise MalformedReplyError(f"the reply is no completion: {str(completion)[:200]}")
        return completion

    def _messages(self, call: Call) -> list[Mapping[str, Any]]:
        images = [{"type": "image_url", "image_url": {"url": self._pictures.url(image_id)}} for image_id in call.image_ids]
        first = next(number for number, message in enumerate(call.messages) if message["role"] == "user")
        return [
            {"role": message["role"], "content": [*images, {"type": "text", "text": message["content"]}]}
            if number == first
            else dict(message)
            for number, message in enumerate(call.messages)
        ]

    async def _diagnose(self, failure: AttemptError) -> TeacherError | None:
        """What is wrong with the teacher, if more than one call is lost."""
        if isinstance(failure.error, (openai.AuthenticationError, openai.PermissionDeniedError, openai.NotFoundError)):
            return self._refused(failure.error)
        if isinstance(failure.error, openai.APIConnectionError):
            try:
                await self.check()
            except TeacherError as reason:
                return reason
        return self._fatal

    def _refused(self, error: openai.APIStatusError) -> TeacherRefusedError:
        said = describe(error, self._key)
        return TeacherRefusedError(
            f"the teacher at {self._base_url} refuses to serve {self._config.model} ({said}); "
            f"check the key in {self._config.key_variable} and generate.teacher.model"
        )

    def _reply(self, call: Call, completion: ChatCompletion) -> Reply:
        choice, usage = completion.choices[0], completion.usage
        text = choice.message.content or None
        return Reply(
            call.request_id,
            RequestStatus.OK if text else RequestStatus.DISCARDED,
            text,
            finish_reason=choice.finish_reason,
            prompt_tokens=usage.prompt_tokens if usage else None,
            completion_tokens=usage.completion_tokens if usage else None,
            cost_usd=self._cost(usage.prompt_tokens, usage.completion_tokens) if usage else None,
        )

    def _cost(self, prompt_tokens: int, completion_tokens: int) -> float:
        config = self._config
        dollars = (
            prompt_tokens * config.dollars_per_million_prompt_tokens + completion_tokens * config.dollars_per_million_completion_tokens
        )
        return dollars / 1e6


def _is_loopback(base_url: str) -> bool:
    """Whether the teacher is on this machine, where no proxy of the environment leads."""
    return urlsplit(base_url).hostname in {"127.0.0.1", "localhost", "::1"}


@dataclass
class _Effort:
    """Attempts made for one call, and what went wrong in them."""

    attempts: int = 0
    errors: list[str] = field(default_factory=list)
