"""Tally: what the server was asked for and what it answered, so that a caller's thrift can be checked from outside."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Tally:
    """Counts of completions."""

    calls: int = 0
    """Asked for, whatever became of them."""
    completed: Counter[str] = field(default_factory=Counter)
    """Answers sent whole, by what was asked."""

    async def complete(self, key: str) -> None:
        """Count an answer that was sent whole."""
        self.completed[key] += 1

    def row(self) -> dict[str, int]:
        """``calls``, ``completed``, and ``repeated``: answers beyond the first to the same question."""
        return {
            "calls": self.calls,
            "completed": self.completed.total(),
            "repeated": self.completed.total() - len(self.completed),
        }


def question_key(messages: Any, seed: Any) -> str:
    """What tells one question from another: 64 hexadecimal characters of its messages and its seed."""
    return hashlib.sha256(json.dumps([messages, seed], sort_keys=True).encode()).hexdigest()
