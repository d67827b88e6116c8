from __future__ import annotations

import asyncio
import time

import pytest

from models.teacher.pace import LIFTED_AT, SLOWEST, Pace, Throttle


def spent(pace: Pace, turns: int, tokens: float = 0.0) -> float:
    """Seconds that so many turns take."""

    async def take() -> float:
        started = time.monotonic()
        await asyncio.gather(*(pace.turn(tokens) for _ in range(turns)))
        return time.monotonic() - started

    return asyncio.run(take())


def test_requests_keep_to_their_rate() -> None:
    assert spent(Pace(requests_per_minute=6000), 130) >= 0.25


def test_tokens_keep_to_their_rate() -> None:
    assert spent(Pace(tokens_per_minute=600_000), 5, tokens=22_000) >= 0.9


def test_what_a_call_cost_beyond_what_it_was_taken_to_cost_is_waited_for_by_the_next() -> None:
    async def scene() -> float:
        pace = Pace(tokens_per_minute=60_000)
        await pace.turn(10_000)
        pace.answered(10_200, taken=10_000)
        started = time.monotonic()
        await pace.turn(0)
        return time.monotonic() - started

    assert asyncio.run(scene()) >= 0.15


def test_without_limits_nobody_waits() -> None:
    assert spent(Pace(), 1000) < 0.5


def test_all_callers_wait_for_as_long_as_a_busy_server_asks() -> None:
    async def scene() -> float:
        throttle = Throttle()
        sent = await throttle.turn()
        throttle.busy(sent, 0.3)
        started = time.monotonic()
        await throttle.turn()
        return time.monotonic() - started

    assert asyncio.run(scene()) >= 0.3


def test_the_rate_is_halved_once_for_all_that_was_sent_before_and_recovers(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: clock)
    throttle = Throttle()

    async def send() -> list[float]:
        return [await throttle.turn() for _ in range(40)]

    sent = asyncio.run(send())
    for at in sent:
        throttle.busy(at, 1.0)
    assert throttle.rate(clock) == pytest.approx(20.0)
    assert throttle.rate(clock + 1.0 + 10.0) == pytest.approx(40.0)
    assert throttle.rate(clock + 1.0 + 20 * LIFTED_AT) == float("inf")


def test_pauses_double_where_the_server_names_none_and_the_rate_has_a_floor() -> None:
    throttle = Throttle()
    now = time.monotonic()
    throttle.busy(now, None)
    throttle.busy(time.monotonic(), None)
    assert throttle.rate(time.monotonic()) == pytest.approx(SLOWEST)
    assert asyncio.run(throttle.turn()) - now >= 0.95


def test_a_server_that_refuses_a_few_of_many_slows_down_nobody_else() -> None:
    throttle = Throttle()
    for number in range(1, 100):
        throttle.answered() if number % 5 else throttle.busy(time.monotonic(), 60.0)
    assert throttle.rate(time.monotonic()) == float("inf")


def test_late_refusals_do_not_give_the_same_places_in_the_line_away_again() -> None:
    async def scene() -> list[float]:
        throttle, went = Throttle(), list[float]()
        sent = [await throttle.turn() for _ in range(80)]

        async def go() -> None:
            went.append(await throttle.turn())

        throttle.busy(sent[0], 0.2)
        callers = []
        for at in sent[1:20]:
            callers += [asyncio.create_task(go()) for _ in range(4)]
            await asyncio.sleep(0.01)
            throttle.busy(at, 0.1)
        await asyncio.sleep(1.0)
        for caller in callers:
            caller.cancel()
        return went

    went = asyncio.run(scene())
    assert len(went) <= 1 + 42 * (went[-1] - went[0])
