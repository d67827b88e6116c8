"""Effort: what is done for one call from its first attempt to its last."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from models.teacher.body import Completion
from models.teacher.budget import Spent
from models.teacher.call import Reply


@dataclass
class Effort:
    """Attempts, what went wrong in them, and what they cost."""

    guess: Spent
    """What the call is taken to cost before any was answered."""
    reserved: Spent | None = None
    attempts: int = 0
    errors: list[str] = field(default_factory=list)
    started: datetime | None = None
    clock: float = 0.0
    completion: Completion | None = None

    @property
    def tokens(self) -> float:
        """Tokens that the call is taken to cost."""
        return self.reserved.tokens if self.reserved else 0.0

    @property
    def paid_tokens(self) -> float:
        """Tokens that it did cost."""
        usage = self.completion.usage if self.completion else None
        return usage.prompt_tokens + usage.completion_tokens if usage else 0.0

    def begin(self) -> None:
        """Count one more attempt."""
        self.attempts += 1
        if self.started is None:
            self.started, self.clock = datetime.now(UTC), time.monotonic()

    def record(self, reply: Reply) -> Reply:
        """The reply with what it took."""
        return replace(
            reply,
            attempts=self.attempts,
            attempt_errors=tuple(self.errors),
            started_at=self.started,
            latency_s=time.monotonic() - self.clock,
        )
