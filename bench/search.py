"""Search: how long does a tree wait for its calls, and does it find more than as many direct calls do?

    python -m bench.search [--scenes 40] [--seeds 5] [--trees 12] [--latency-ms 50]

*Rounds* are the longest chain of calls of which each has to wait for the one before. The published schedule is the same calls one after
another, as the released code makes them; wall times are of trees grown one at a time, by the embedded teacher with a latency added. A
*kept* chain is one that linearisation takes. *Found* is the share of samples with at least one right chain, and *first* the calls until
the first one; the tree goes first, and direct questions get as many calls as it took, sample by sample. Scenes are of the hard band, at
temperature 1. Differences are paired by seed, with 95 % t intervals; every seed draws scenes of its own. Prints JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np

from bench.learning import interval
from data.identity import new_run_id
from data.rows import trace_from_row
from data.sample import Sample
from data.scoring import score_answer
from data.sources.config import ScenesConfig
from data.sources.scenes import read_scenes
from data.store import Store
from data.store.images import ImageReader
from models.teacher.call import Call, Reply
from models.teacher.client import TeacherClient
from models.teacher.config import GenerateConfig
from models.teacher.direct import Direct
from models.teacher.ledger import Ledger
from models.teacher.loopback import start_embedded
from models.teacher.method import Setting
from models.teacher.pictures import StoredPictures
from models.teacher.tree.method import Tree

Row = dict[str, Any]
Ask = Callable[[Call], Awaitable[Reply]]
TEACHER = {"temperature": 1.0}
BUDGETS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48)
"""Calls per sample at which the shares are compared, beside all."""
WAVE_S = 0.01
"""Calls that become ready within this time are one round."""
SAME_POINT_PX = 6.0
"""Scenes are 224 pixels wide, with things of 18 to 32."""
SCHEDULES: dict[str, dict[str, Any]] = {
    "published, one call after another": {},
    "children and rollouts at once": {},
    "and 4 leaves at once": {"parallel_simulations": 4},
    "and 8 leaves at once": {"parallel_simulations": 8},
}
VARIANTS: dict[str, dict[str, Any]] = {"as it comes": {}, "3 to 7 thoughts asked for, as published": {"least_thoughts": (3, 7)}}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--scenes", type=int, default=40, help="of each seed")
    options.add_argument("--seeds", type=int, default=5)
    options.add_argument("--trees", type=int, default=12, help="whose rounds and wall time are measured")
    options.add_argument("--latency-ms", type=float, default=50)
    given = options.parse_args()
    with start_embedded() as url:
        waiting = {name: asyncio.run(schedules(url, given.trees, given.latency_ms / 1000, tree)) for name, tree in VARIANTS.items()}
        runs = [asyncio.run(compare(url, seed, given.scenes)) for seed in range(1, given.seeds + 1)]
    print(json.dumps({"latency_ms": given.latency_ms, "waiting": waiting, "finding": summary(runs, given.scenes)}, indent=1))


class Ground:
    """Hard scenes in a store of their own, and a teacher to ask about them."""

    def __init__(self, samples: Sequence[Sample], images: ImageReader, ask: Ask) -> None:
        self.samples = samples
        self.images = images
        self.ask = ask

    def setting(self, ask: Ask | None = None, tree: dict[str, Any] | None = None, candidates: int = 1) -> Setting:
        given = {"same_point_px": SAME_POINT_PX} | (tree or {})
        config = GenerateConfig.model_validate({"teacher": TEACHER, "tree": given, "candidates": candidates})
        return Setting(config, self.images.size, ask or self.ask)


@asynccontextmanager
async def ground(url: str, seed: int, scenes: int) -> AsyncIterator[Ground]:
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(Path(folder) / "store")
        problems = list(read_scenes(ScenesConfig(count=scenes, seed=seed, bands={"hard": 1.0})))
        images = {image.image_id: image for problem in problems for image in problem.images}
        rows = [{"image_id": name, "bytes": one.stored, "width": one.width, "height": one.height} for name, one in images.items()]
        with store.draft(stage="ingest", stage_key="bench", run_id=new_run_id()) as draft:
            draft.add("images", rows)
            draft.publish()
        reader = ImageReader(store)
        ledger = Ledger(store.run(new_run_id()), [])
        config = GenerateConfig.model_validate({"teacher": TEACHER})
        async with TeacherClient(config.teacher, url, None, ledger, StoredPictures(reader)) as client:
            yield Ground([problem.sample() for problem in problems], reader, client.ask)


async def schedules(url: str, trees: int, latency_s: float, tree: dict[str, Any]) -> dict[str, Any]:
    """Rounds, calls and seconds of each schedule, for all trees together and per kept chain."""
    found: dict[str, dict[str, Any]] = {}
    for name, settings in SCHEDULES.items():
        async with ground(url, 0, trees) as own:
            found[name] = await schedule(own, latency_s, tree | settings, is_published=not found)
    published = found[next(iter(SCHEDULES))]["rounds"]
    return found | {"times_fewer_rounds": {name: round(published / found[name]["rounds"], 2) for name in list(SCHEDULES)[1:]}}


async def schedule(own: Ground, latency_s: float, tree: dict[str, Any], *, is_published: bool) -> dict[str, Any]:
    replies: dict[str, Reply] = {}
    turn = asyncio.Semaphore(1 if is_published else 1000)

    async def late(call: Call) -> Reply:
        async with turn:
            await asyncio.sleep(latency_s)
            replies[call.request_id] = await own.ask(call)
            return replies[call.request_id]

    start = time.perf_counter()
    made = [await Tree().generate(sample, own.setting(late, tree)) for sample in own.samples]
    seconds, calls = time.perf_counter() - start, len(replies)
    rounds = calls if is_published else sum([await count_rounds(own, sample, tree, replies) for sample in own.samples])
    kept = sum(row["selected"] for one in made for row in one.traces)
    per_kept = {name: round(value / kept, 3) for name, value in (("rounds", rounds), ("calls", calls), ("seconds", seconds))}
    return {"trees": len(made), "rounds": rounds, "calls": calls, "seconds": round(seconds, 1), "kept": kept, "per_kept": per_kept}


async def count_rounds(own: Ground, sample: Sample, tree: dict[str, Any], replies: dict[str, Reply]) -> int:
    """Go through a tree again, with all calls that are open answered together, and count how often that happens."""
    rounds = 0
    open_calls: list[asyncio.Future[None]] = []

    def answer_all() -> None:
        nonlocal rounds
        rounds += 1
        for future in open_calls:
            future.set_result(None)
        open_calls.clear()

    async def ask(call: Call) -> Reply:
        loop = asyncio.get_running_loop()
        if not open_calls:
            loop.call_later(WAVE_S, answer_all)
        open_calls.append(loop.create_future())
        await open_calls[-1]
        return replies[call.request_id]

    await Tree().generate(sample, own.setting(ask, tree))
    return rounds


async def compare(url: str, seed: int, scenes: int) -> dict[str, list[dict[str, Any]]]:
    """What the tree and as many direct calls find of each sample of a seed."""
    async with ground(url, seed, scenes) as own:
        trees = await asyncio.gather(*(by_tree(own, sample) for sample in own.samples))
        direct = [await by_direct(own, sample, tree["calls"]) for sample, tree in zip(own.samples, trees, strict=True)]
    return {"tree": list(trees), "direct": direct}


async def by_tree(own: Ground, sample: Sample) -> dict[str, Any]:
    order: dict[str, int] = {}

    async def ask(call: Call) -> Reply:
        order.setdefault(call.request_id, len(order) + 1)
        return await own.ask(call)

    made = await Tree().generate(sample, own.setting(ask))
    ends = [max(order[name] for name in row["request_ids"]) for row in made.trees if row["reward"] == 1.0]
    kept = sum(row["selected"] for row in made.traces)
    return {"calls": len(order), "first": min(ends, default=None), "kept": kept}


async def by_direct(own: Ground, sample: Sample, calls: int) -> dict[str, Any]:
    made = await Direct().generate(sample, own.setting(candidates=calls))
    right = [number for number, row in enumerate(made.traces, start=1) if is_right(own, sample, row)]
    texts = {made.traces[number - 1]["text"] for number in right}
    return {"calls": calls, "first": min(right, default=None), "kept": len(texts)}


def is_right(own: Ground, sample: Sample, row: Row) -> bool:
    trace = trace_from_row(row)
    sizes = [own.images.size(image_id) for image_id in sample.image_ids]
    return bool(score_answer(sample, trace.answer if trace else None, sizes).correct)


def summary(runs: Sequence[dict[str, list[dict[str, Any]]]], scenes: int) -> dict[str, Any]:
    """Means over seeds, and paired differences of the tree and direct questions, at each budget of calls."""
    at = [*BUDGETS, None]
    shares = {arm: np.array([[share(run[arm], budget) for budget in at] for run in runs]) for arm in ("tree", "direct")}
    kept = {arm: np.array([sum(one["kept"] for one in run[arm]) / sum(one["calls"] for one in run[arm]) for run in runs]) for arm in shares}
    calls = float(np.mean([one["calls"] for run in runs for one in run["tree"]]))
    rows = [
        {
            "calls": budget or "all",
            **{arm: round(float(values[:, column].mean()), 4) for arm, values in shares.items()},
            "tree - direct": interval(shares["tree"][:, column] - shares["direct"][:, column]),
        }
        for column, budget in enumerate(at)
    ]
    yields = {arm: round(float(values.mean()), 4) for arm, values in kept.items()}
    return {
        "samples_per_seed": scenes,
        "calls_per_sample": round(calls, 1),
        "found_within": rows,
        "kept_chains_per_call": yields | {"tree - direct": interval(kept["tree"] - kept["direct"])},
    }


def share(found: Iterable[dict[str, Any]], budget: int | None) -> float:
    """Of samples with a right chain within so many calls."""
    return float(np.mean([one["first"] is not None and (budget is None or one["first"] <= budget) for one in found]))


if __name__ == "__main__":
    main()
