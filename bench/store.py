"""Ask a training run of many steps a question: live step files, one folded file, and a folder of JSON lines.

    python bench/store.py [--steps 1000] [--rollouts 64] [--repeats 5]

Prints JSON: median seconds of each way from nothing to the answer, and how many times longer the others take than the folded file.
The question is the mean outcome and the mean of one reward part by step. ``json_*`` is what one would pick instead: a file of JSON
lines for each step, read by DuckDB or by pandas.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from data.catalog import query, write_catalog
from data.store import Store

QUESTION = "select step, avg(outcome), avg(reward_format) from rollouts group by step order by step"
JSON_QUESTION = "select step, avg(outcome), avg(rewards.format) from read_json('{}') group by step order by step"
TEXT = "<think>\nThe red circle (12, 34) is left of the blue square (56, 34).\n</think>\n<answer>(12, 34)</answer>"


def rollouts(step: int, count: int) -> list[dict[str, Any]]:
    draw = random.Random(step)
    return [
        {
            "rollout_id": f"rol_{step:06d}{index:04d}",
            "run_id": "run_bench",
            "step": step,
            "group_id": f"grp_{step:06d}{index // 8}",
            "index": index,
            "sample_id": f"smp_{draw.randrange(2_000)}",
            "turns": [{"role": "assistant", "text": TEXT}],
            "text": TEXT,
            "mentions": [{"offset": 15, "image_index": 0, "x": draw.random() * 112, "y": draw.random() * 112, "label": "red circle"}],
            "rewards": {"format": float(draw.random() < 0.9), "point_in_box": float(draw.random() < 0.5)},
            "outcome": float(draw.random() < 0.5),
            "advantage": draw.gauss(0, 1),
        }
        for index in range(count)
    ]


def write(store: Store, folder: Path, steps: int, count: int) -> dict[str, float]:
    parquet_s, json_s = 0.0, 0.0
    run = store.run("run_bench")
    for step in range(1, steps + 1):
        rows = rollouts(step, count)
        parquet_s += timed(partial(run.write_step, "rollouts", step, rows))[0]
        text = "".join(json.dumps(row) + "\n" for row in rows)
        json_s += timed(partial((folder / f"{step:08d}.jsonl").write_text, text))[0]
    return {"write_step_parquet_synced": parquet_s / steps, "write_step_json_unsynced": json_s / steps}


def fold(store: Store) -> None:
    with store.draft(stage="reinforce", stage_key="bench", run_id="run_bench") as draft:
        store.run("run_bench").fold("rollouts", draft)
        draft.publish()


def read_with_pandas(folder: Path) -> Any:
    rows = pd.concat(pd.read_json(path, lines=True) for path in sorted(folder.glob("*.jsonl")))
    rows["reward_format"] = [rewards["format"] for rewards in rows["rewards"]]
    return rows.groupby("step")[["outcome", "reward_format"]].mean()


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    answer = work()
    return time.perf_counter() - start, answer


def median_s(work: Callable[[], Any], repeats: int) -> tuple[float, Any]:
    runs = [timed(work) for _ in range(repeats)]
    return statistics.median(seconds for seconds, _ in runs), runs[-1][1]


def measure(root: Path, steps: int, count: int, repeats: int) -> dict[str, Any]:
    store, folder = Store.open(root / "store"), root / "json"
    folder.mkdir()
    seconds = write(store, folder, steps, count)
    seconds["live_step_files"], live = median_s(lambda: query(store, QUESTION)[1], repeats)
    seconds["fold"], _ = timed(lambda: fold(store))
    seconds["folded_file"], folded = median_s(lambda: query(Store.open(store.root), QUESTION)[1], repeats)
    seconds["write_catalog"], _ = timed(lambda: write_catalog(store))
    pattern = JSON_QUESTION.format(folder / "*.jsonl")
    seconds["json_duckdb"], as_json = median_s(lambda: duckdb.connect().execute(pattern).fetchall(), repeats)
    seconds["json_pandas"], _ = median_s(lambda: read_with_pandas(folder), 1)
    assert live == folded == as_json, "the ways give different answers"
    ways = ("live_step_files", "json_duckdb", "json_pandas")
    return {
        "steps": steps,
        "rollouts_per_step": count,
        "seconds": {name: round(value, 4) for name, value in seconds.items()},
        "times_the_folded_file": {name: round(seconds[name] / seconds["folded_file"], 1) for name in ways},
        "json_duckdb_to_live": round(seconds["json_duckdb"] / seconds["live_step_files"], 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--rollouts", type=int, default=64)
    parser.add_argument("--repeats", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as root:
        print(json.dumps(measure(Path(root), given.steps, given.rollouts, given.repeats), indent=2))


if __name__ == "__main__":
    main()
