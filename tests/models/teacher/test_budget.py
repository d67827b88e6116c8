from __future__ import annotations

from typing import Any

from models.teacher.budget import Budget, Spent, paid
from models.teacher.config import BudgetConfig

GUESS = Spent(1, 100, 0.5)


def test_calls_under_way_count_before_they_are_settled() -> None:
    budget = Budget(BudgetConfig(calls=2))
    assert [budget.reserve(GUESS) is not None for _ in range(3)] == [True, True, False]
    assert not budget.is_spent


def test_a_call_that_only_those_under_way_leave_no_room_for_has_room_once_they_cost_less() -> None:
    budget = Budget(BudgetConfig(dollars=0.6))
    first = budget.reserve(GUESS)
    assert first is not None
    assert budget.reserve(GUESS) is None
    budget.settle(first, Spent(1, 20, 0.1))
    assert budget.reserve(GUESS) == Spent(1, 20, 0.1)


def test_a_call_is_taken_to_cost_what_calls_have_cost() -> None:
    budget = Budget(BudgetConfig(tokens=1000))
    first = budget.reserve(GUESS)
    assert first == GUESS
    budget.settle(first, Spent(1, 400, 1.0))
    second = budget.reserve(GUESS)
    assert second == Spent(1, 400, 1.0)
    assert budget.reserve(GUESS) is None


def test_a_budget_that_is_spent_stays_so() -> None:
    budget = Budget(BudgetConfig(dollars=0.6))
    reserved = budget.reserve(GUESS)
    assert reserved is not None
    budget.settle(reserved, Spent(1, 100, 0.5))
    assert budget.reserve(GUESS) is None
    assert budget.is_spent


def test_what_the_run_paid_before_its_death_counts() -> None:
    rows: list[dict[str, Any]] = [
        {"prompt_tokens": 90, "completion_tokens": 10, "cost_usd": 0.1},
        {"prompt_tokens": None, "completion_tokens": None, "cost_usd": None},
    ]
    assert paid(rows) == Spent(2, 100, 0.1)
    assert Budget(BudgetConfig(calls=2), paid(rows)).reserve(GUESS) is None


def test_without_caps_everything_fits() -> None:
    assert Budget(BudgetConfig()).reserve(Spent(1, 1e12, 1e9)) is not None
