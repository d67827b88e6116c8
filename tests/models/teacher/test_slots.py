from __future__ import annotations

import asyncio

from models.teacher.slots import Slots


def test_what_was_begun_goes_before_what_was_not() -> None:
    order: list[str] = []

    async def work(slots: Slots, name: str) -> None:
        async with slots.hold((name[0],)):
            order.append(name)
            await asyncio.sleep(0)

    async def all_of_them() -> None:
        slots = Slots(1)
        await asyncio.gather(*(work(slots, name) for name in ("b1", "c1", "a1", "c2", "a2")))

    asyncio.run(all_of_them())
    assert order == ["b1", "a1", "a2", "c1", "c2"]


def test_a_slot_given_to_one_who_is_cancelled_goes_to_the_next() -> None:
    async def scene() -> bool:
        slots, held = Slots(1), asyncio.Event()

        async def hold() -> None:
            async with slots.hold(()):
                held.set()

        async with slots.hold(()):
            first, second = asyncio.create_task(hold()), asyncio.create_task(hold())
            await asyncio.sleep(0)
        first.cancel()
        await asyncio.gather(first, second, return_exceptions=True)
        return held.is_set()

    assert asyncio.run(scene())
