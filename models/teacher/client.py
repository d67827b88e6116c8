"""Client: asks an OpenAI-compatible teacher, many calls at a time, each until it is answered or given up.

Each *attempt* holds a slot, keeps the pace, passes the breaker and ends in time. While a call waits for its next attempt others have its
slot, so that a few calls in trouble do not starve the rest.
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from types import TracebackType

import stamina

from models.teacher.body import Completion, Pictures, read_reply, write_body
from models.teacher.breaker import Breaker, LostError
from models.teacher.budget import Budget, Spent
from models.teacher.call import Call, Reply, RequestStatus
from models.teacher.config import BudgetConfig, TeacherConfig
from models.teacher.effort import Effort
from models.teacher.errors import TeacherError, TeacherRefusedError, TeacherUnreachableError
from models.teacher.ledger import Ledger
from models.teacher.pace import Pace
from models.teacher.retry import AttemptError, describe, is_busy, is_down, scrub_reply
from models.teacher.slots import Slots
from models.teacher.wire import ConnectionFailedError, LateReplyError, StatusError, Wire, WireError

DENYING = frozenset({401, 403})
"""The key is not taken."""
REFUSING = DENYING | {404}
"""That, or the model is not there."""
HEALTH_ATTEMPTS = 3
HEALTH_TIMEOUT_S = 5.0
FIRST_WAIT_S = 0.2
LONGEST_WAIT_S = 20.0


class TeacherClient:
    """One connection pool for a run; an async context manager."""

    def __init__(
        self,
        config: TeacherConfig,
        base_url: str,
        api_key: str | None,
        ledger: Ledger,
        pictures: Pictures,
        budget: BudgetConfig | None = None,
        section: str = "generate.teacher",
    ) -> None:
        """``section`` is where a recipe says whom to ask; errors name it."""
        self._config = config
        self._section = section
        self._key = api_key or ""
        self._base_url = base_url
        self._ledger = ledger
        self._pictures = pictures
        self._fatal: TeacherError | None = None
        self._budget = Budget(budget or BudgetConfig(), ledger.spent, ledger.answered)
        self._slots = Slots(config.in_flight)
        self._pace = Pace(config.requests_per_minute, config.tokens_per_minute)
        self._breaker = Breaker(config.breaks_after, config.patience_s, self._down)
        self._wire = Wire(base_url, self._key)

    async def __aenter__(self) -> TeacherClient:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._wire)
            await self.check()
            self._closing = stack.pop_all()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        async with self._closing:
            await self._ledger.close()

    async def check(self) -> None:
        """Ask for the models. Raises ``TeacherUnreachableError`` if nothing answers, ``TeacherRefusedError`` if the key is not taken."""
        lost = (ConnectionFailedError, LateReplyError)
        try:
            async for attempt in stamina.retry_context(lost, attempts=HEALTH_ATTEMPTS, timeout=None, wait_jitter=0.1):
                with attempt:
                    await self._wire.get("/models", HEALTH_TIMEOUT_S)
        except lost as error:
            said = f"no teacher answers at {self._base_url} ({describe(error, self._key)}); start it, or set {self._section}.base_url"
            raise TeacherUnreachableError(said + self._durable()) from None
        except StatusError as error:
            if error.status in DENYING:
                raise self._refused(error) from None

    async def ask(self, call: Call) -> Reply:
        """The durable reply to a call, which may be an earlier run's. A call that is given up is a reply of status ``failed``, one that the
        budget does not pay for is a reply of status ``unasked``.

        Raises ``TeacherUnreachableError`` or ``TeacherRefusedError`` where it is the teacher that is lost, not the call.
        """
        reply = await self._ledger.fetch(call, self._ask)
        if self._fatal is not None and not reply.is_final:
            raise self._fatal
        return reply

    async def _ask(self, call: Call) -> Reply:
        effort = Effort(guess=self._guess(call))
        try:
            completion = await self._try(call, effort)
        except _UnaskedError:
            return Reply(call.request_id, RequestStatus.UNASKED, None, attempts=0)
        except LostError as error:
            self._fatal = TeacherUnreachableError(f"the teacher at {self._base_url} {error}{self._durable()}")
            if effort.started is None:
                raise self._fatal from None
            reply = Reply(call.request_id, RequestStatus.FAILED, None)
        except AttemptError as failure:
            self._fatal = await self._diagnose(failure)
            reply = Reply(call.request_id, RequestStatus.FAILED, None)
        else:
            reply = self._reply(call, completion)
        finally:
            self._settle(effort)
        return effort.record(reply)

    async def _try(self, call: Call, effort: Effort) -> Completion:
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
                return await self._in_turn(call, effort)
        raise AssertionError("stamina ends by returning or raising")

    async def _in_turn(self, call: Call, effort: Effort) -> Completion:
        """One attempt with a slot. While only calls under way leave no room in the budget, a call waits for them and holds none."""
        while True:
            async with self._slots.hold((call.image_ids, call.sample_id)):
                if self._is_reserved(effort):
                    return await self._attempt(call, effort)
                settled = self._budget.settled
            await settled.wait()

    async def _attempt(self, call: Call, effort: Effort) -> Completion:
        body = write_body(call, self._pictures)
        try:
            async with self._breaker.attempt():
                sent = await self._pace.turn(effort.tokens)
                effort.begin()
                effort.completion = read_reply(await self._wire.post("/chat/completions", body, self._config.timeout_s))
        except WireError as error:
            effort.errors.append(describe(error, self._key))
            if isinstance(error, StatusError) and is_busy(error):
                self._pace.busy(sent, error.wait_s)
            raise AttemptError(error, effort.errors[-1]) from None
        self._pace.answered(effort.paid_tokens, effort.tokens)
        return effort.completion

    def _is_reserved(self, effort: Effort) -> bool:
        """Whether the budget has room for the call now. Raises ``_UnaskedError`` where it will have none."""
        if effort.reserved is None:
            effort.reserved = self._budget.reserve(effort.guess)
        if effort.reserved is None and self._budget.is_spent:
            raise _UnaskedError
        return effort.reserved is not None

    def _settle(self, effort: Effort) -> None:
        if effort.reserved is not None:
            self._budget.settle(effort.reserved, self._spent(effort, effort.reserved))

    def _spent(self, effort: Effort, reserved: Spent) -> Spent:
        """What a call cost; an answer that the endpoint does not count, what it was taken to cost."""
        if effort.started is None:
            return Spent()
        if effort.completion is not None and effort.completion.usage is None:
            return reserved
        return Spent(1, effort.paid_tokens, self._cost(effort.completion) or 0.0)

    def _guess(self, call: Call) -> Spent:
        """What a call is taken to cost before any is known: a reply as long as it may be, and nothing for what is asked."""
        tokens, price = float(call.params.get("max_tokens") or 0), self._config.price
        return Spent(1, tokens, price.dollars(0, tokens) if price else 0.0)

    async def _diagnose(self, failure: AttemptError) -> TeacherError | None:
        """What is wrong with the teacher, if more than one call is lost."""
        if isinstance(failure.error, StatusError) and failure.error.status in REFUSING:
            return self._refused(failure.error)
        if isinstance(failure.error, ConnectionFailedError):
            try:
                await self.check()
            except TeacherError as reason:
                return reason
        return self._fatal

    def _down(self, error: Exception) -> str | None:
        return describe(error, self._key) if is_down(error) else None

    def _durable(self) -> str:
        written = self._ledger.written
        return f"; {written} replies of this run are on disk and will not be asked for again" if written else ""

    def _refused(self, error: StatusError) -> TeacherRefusedError:
        said = describe(error, self._key)
        key = f"the key in {self._config.key_variable}" if self._key else f"{self._config.key_variable}, in which there is no key,"
        return TeacherRefusedError(
            f"the teacher at {self._base_url} refuses to serve {self._config.model} ({said}); "
            f"check {key} and {self._section}.model{self._durable()}"
        )

    def _reply(self, call: Call, completion: Completion) -> Reply:
        choice, usage = completion.choices[0], completion.usage
        text = scrub_reply(choice.message.content or "", self._key) or None
        return Reply(
            call.request_id,
            RequestStatus.OK if text else RequestStatus.DISCARDED,
            text,
            finish_reason=choice.finish_reason,
            prompt_tokens=usage.prompt_tokens if usage else None,
            completion_tokens=usage.completion_tokens if usage else None,
            cost_usd=self._cost(completion),
        )

    def _cost(self, completion: Completion | None) -> float | None:
        """Dollars, or None where there is no price or the server does not count."""
        price = self._config.price
        if completion is None or completion.usage is None or price is None:
            return None
        return price.dollars(completion.usage.prompt_tokens, completion.usage.completion_tokens)


class _UnaskedError(Exception):
    """The budget has no room for a call."""
