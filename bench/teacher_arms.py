"""The ways to ask that ``bench.teacher`` compares, each run in a process of its own.

    python -m bench.teacher_arms ARM URL CALLS IN_FLIGHT FOLDER

Prints JSON: seconds and CPU seconds from the first call to the last reply, and the peak memory in MB. ``FOLDER`` holds the images as files,
and for ``fovea`` a store with the same images.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from openai import AsyncOpenAI, DefaultAioHttpClient, OpenAI

from data.identity import new_run_id
from data.store import Store
from data.store.images import ImageReader
from models.teacher.call import Call
from models.teacher.config import GenerateConfig
from models.teacher.generate import start_all
from models.teacher.session import shared_session

ASKED = "Where is the red circle? Think in steps, and name a point in each."
PARAMS = {"temperature": 0.7, "top_p": 1.0, "max_tokens": 512}


def fovea(url: str, calls: int, in_flight: int, folder: Path) -> dict[str, float]:
    """Ours, with the ledger: a reply counts once it is on disk."""
    store = Store.open(folder / "store")
    images, run = ImageReader(store), store.run(new_run_id())
    ids: list[str] = sorted(filter(None, store.read(store.resolve("images"), ["image_id"])["image_id"].to_pylist()))
    teacher = {"provider": "canned", "model": "canned", "in_flight": in_flight}
    config = GenerateConfig.model_validate({"teacher": teacher})
    first = time.time_ns()  # so that no earlier process has asked these
    asked = [
        Call("canned", "canned", PARAMS, ({"role": "user", "content": ASKED},), (ids[n % len(ids)],), first + n, "direct", f"smp_{n}")
        for n in range(calls)
    ]

    with shared_session(store, run, images, config, url, "key") as session:
        answered: list[float] = []

        async def ask(call: Call) -> None:
            await session.client.ask(call)
            answered.append(time.perf_counter())

        async def ask_all() -> None:
            async with asyncio.TaskGroup() as group:
                await start_all(group, map(ask, asked))

        figures = measured(lambda: session.wait_for(ask_all))
        full = answered[in_flight - 1 :]
        return {**figures, "per_s_once_full": (len(full) - 1) / (full[-1] - full[0])}


def async_openai(url: str, calls: int, in_flight: int, folder: Path, **client: Any) -> dict[str, float]:
    """The SDK as its documentation shows it, with a semaphore."""

    async def ask_all() -> None:
        async with AsyncOpenAI(base_url=url, api_key="key", max_retries=0, timeout=600, **client) as openai:
            slots, stored = asyncio.Semaphore(in_flight), read_images(folder)

            async def ask(number: int) -> None:
                async with slots:
                    messages = write_messages(stored[number % len(stored)])
                    await openai.chat.completions.create(model="canned", messages=messages, seed=number, **PARAMS)  # type: ignore[call-overload]

            await asyncio.gather(*map(ask, range(calls)))

    return measured(lambda: asyncio.run(ask_all()))


def openai_aiohttp(url: str, calls: int, in_flight: int, folder: Path) -> dict[str, float]:
    """The SDK over aiohttp, bare."""
    return async_openai(url, calls, in_flight, folder, http_client=DefaultAioHttpClient())


def threads(url: str, calls: int, in_flight: int, folder: Path) -> dict[str, float]:
    """The SDK without asyncio, a thread a call."""
    stored = read_images(folder)

    def ask_all() -> None:
        with OpenAI(base_url=url, api_key="key", max_retries=0, timeout=600) as openai, ThreadPoolExecutor(in_flight) as pool:

            def ask(number: int) -> None:
                messages = write_messages(stored[number % len(stored)])
                openai.chat.completions.create(model="canned", messages=messages, seed=number, **PARAMS)  # type: ignore[call-overload]

            list(pool.map(ask, range(calls)))

    return measured(ask_all)


def read_images(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted((folder / "images").iterdir())]


def write_messages(image: bytes) -> list[dict[str, Any]]:
    url = f"data:image/jpeg;base64,{base64.b64encode(image).decode()}"
    return [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}, {"type": "text", "text": ASKED}]}]


def measured(work: Callable[[], object]) -> dict[str, float]:
    clock, cpu = time.perf_counter(), time.process_time()
    work()
    return {"seconds": time.perf_counter() - clock, "cpu_s": time.process_time() - cpu}


def peak_mb() -> float:
    """The most memory this process held; ``getrusage`` would count what the parent held when it forked."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1]) / 1024


ARMS: dict[str, Callable[[str, int, int, Path], dict[str, float]]] = {
    "fovea": fovea,
    "async_openai": async_openai,
    "openai_aiohttp": openai_aiohttp,
    "threads": threads,
}

if __name__ == "__main__":
    arm, base_url, wanted, open_calls, root = sys.argv[1:]
    result = ARMS[arm](base_url, int(wanted), int(open_calls), Path(root))
    print(json.dumps({**result, "peak_mb": peak_mb()}))
