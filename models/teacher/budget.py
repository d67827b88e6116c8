"""Budget: what a run has paid and may pay yet.

A call is *reserved* before it is sent, at what calls have cost so far, and *settled* by what it did cost. Once a call does not fit, the
budget is *spent*: no other is sent, so that a run ends with whole samples rather than with crumbs of many.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from models.teacher.config import BudgetConfig

ROUNDING = 1e-9
"""Share of a cap by which sums of floating-point numbers may pass it."""


@dataclass(frozen=True, slots=True)
class Spent:
    """An amount of calls, of tokens and of dollars."""

    calls: float = 0
    tokens: float = 0
    dollars: float = 0.0

    def __add__(self, other: Spent) -> Spent:
        return Spent(self.calls + other.calls, self.tokens + other.tokens, self.dollars + other.dollars)

    def __sub__(self, other: Spent) -> Spent:
        return Spent(self.calls - other.calls, self.tokens - other.tokens, self.dollars - other.dollars)


def paid(rows: Iterable[Mapping[str, Any]]) -> Spent:
    """What rows of ``requests`` cost; a call that failed is a call without tokens."""
    spent = Spent()
    for row in rows:
        tokens = (row["prompt_tokens"] or 0) + (row["completion_tokens"] or 0)
        spent += Spent(1, tokens, row["cost_usd"] or 0.0)
    return spent


class Budget:
    """Grants calls until a cap is reached; ``spent`` is what the run paid before, ``answered`` that of counted calls."""

    def __init__(self, caps: BudgetConfig, spent: Spent | None = None, answered: Spent | None = None) -> None:
        self._caps = caps
        self._reserved = Spent()
        self.spent = spent or Spent()
        self._answered = answered or Spent()
        self.is_spent = False
        self.settled = asyncio.Event()
        """Set when the next call is settled."""

    def reserve(self, guess: Spent) -> Spent | None:
        """What is set aside for one more call; ``guess`` counts until a call was answered.

        None where the budget ``is_spent``, or where the call may fit once calls under way are settled.
        """
        price = self.mean() or guess
        self.is_spent = self.is_spent or not self._has_room(self.spent + price)
        if self.is_spent or not self._has_room(self.spent + self._reserved + price):
            return None
        self._reserved += price
        return price

    def settle(self, reserved: Spent, cost: Spent) -> None:
        """Count what a reserved call cost, nothing where it was not sent, and wake those who wait for it."""
        self.settled.set()
        self.settled = asyncio.Event()
        self._reserved -= reserved
        self.spent += cost
        if cost.tokens:
            self._answered += cost

    def _has_room(self, amount: Spent) -> bool:
        caps = self._caps
        pairs = ((amount.calls, caps.calls), (amount.tokens, caps.tokens), (amount.dollars, caps.dollars))
        return all(cap is None or part <= cap * (1 + ROUNDING) for part, cap in pairs)

    def mean(self) -> Spent | None:
        """What a call of this run costs, as far as it is known."""
        number = self._answered.calls
        return Spent(1, self._answered.tokens / number, self._answered.dollars / number) if number else None
