"""Budget: what a run has paid and may pay yet.

A call is *reserved* before it is sent, at what calls have cost so far, and *settled* by what it did cost. Once a call does not fit, the
budget is *spent*: no other is sent, so that a run ends with whole samples rather than with crumbs of many.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from models.teacher.config import BudgetConfig


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

    def reserve(self, guess: Spent) -> Spent | None:
        """What is set aside for one more call, or None where it does not fit; ``guess`` counts until a call was answered."""
        price = self.mean() or guess
        after = self.spent + self._reserved + price
        self.is_spent = self.is_spent or any(
            cap is not None and amount > cap
            for amount, cap in ((after.calls, self._caps.calls), (after.tokens, self._caps.tokens), (after.dollars, self._caps.dollars))
        )
        if self.is_spent:
            return None
        self._reserved += price
        return price

    def settle(self, reserved: Spent, cost: Spent) -> None:
        """Count what a reserved call cost; nothing where it was not sent."""
        self._reserved -= reserved
        self.spent += cost
        if cost.tokens:
            self._answered += cost

    def mean(self) -> Spent | None:
        """What a call of this run costs, as far as it is known."""
        number = self._answered.calls
        return Spent(1, self._answered.tokens / number, self._answered.dollars / number) if number else None
