from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from models.teacher import breaker as module
from models.teacher.breaker import Breaker, LostError


class DownError(Exception):
    pass


def make(limit: int = 3, patience_s: float = 60.0) -> Breaker:
    return Breaker(limit, patience_s, lambda error: "nobody there" if isinstance(error, DownError) else None)


async def ask(breaker: Breaker, error: Exception | None = None) -> None:
    async with breaker.attempt():
        await asyncio.sleep(0)
        if error is not None:
            raise error


async def ask_all(breaker: Breaker, errors: Sequence[Exception | None]) -> list[BaseException | None]:
    return await asyncio.gather(*(ask(breaker, error) for error in errors), return_exceptions=True)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST_PAUSE_S", 0.01)


def test_failures_in_a_row_open_it_and_an_answer_between_them_does_not() -> None:
    first, second = make(), make()
    asyncio.run(ask_all(first, [DownError(), DownError(), None, DownError(), ValueError(), DownError()]))
    asyncio.run(ask_all(second, [DownError()] * 3))
    assert (first.is_open, second.is_open) == (False, True)


def test_one_tries_while_all_others_wait_and_its_answer_lets_them_go() -> None:
    async def scene() -> tuple[int, bool]:
        breaker, at_once = make(), []
        await ask_all(breaker, [DownError()] * 3)

        async def count() -> None:
            async with breaker.attempt():
                at_once.append(breaker.is_open)
                await asyncio.sleep(0.02)

        await asyncio.gather(*(count() for _ in range(5)))
        return at_once.count(True), breaker.is_open

    assert asyncio.run(scene()) == (1, False)


def test_an_endpoint_that_stays_down_is_lost_to_all_who_wait() -> None:
    async def scene() -> list[BaseException | None]:
        breaker = make(patience_s=0.0)
        await ask_all(breaker, [DownError()] * 3)
        return await ask_all(breaker, [DownError()] * 4)

    found = asyncio.run(scene())
    assert [type(error) for error in found] == [DownError, LostError, LostError, LostError]
    assert "UTC: 4 tries in a row failed, the last with nobody there" in str(found[-1])


def test_a_try_that_is_cancelled_leaves_its_place_to_the_next() -> None:
    async def scene() -> bool:
        breaker = make()
        await ask_all(breaker, [DownError()] * 3)
        first, second = asyncio.create_task(ask(breaker)), asyncio.create_task(ask(breaker))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.wait_for(second, 5)
        return breaker.is_open

    assert not asyncio.run(scene())
