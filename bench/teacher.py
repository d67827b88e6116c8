"""Ask a teacher as fast as one process can: ours, which also writes the ledger, beside what a user would pick instead.

    python -m bench.teacher [--in-flight 1 64 256 1000] [--repeats 2] [--distilabel PYTHON]

Prints JSON. Every call has an image of 50 kB; the server is a process of its own that answers after a fixed time. ``at_2_s`` has ours, and
the share of what the latency allows (calls in flight / latency), from the first call to the last reply and once all slots have been
answered, which leaves the start out; ``at_200_ms`` has every arm, and ours as a multiple of each. Of repeats
the fastest counts. CPU is that of the arm's process per 1,000 calls; memory is its peak.
"""

from __future__ import annotations

import argparse
import io
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from data.identity import Kind, entity_id, new_run_id
from data.store import Store

ROOT = Path(__file__).parents[1]
IMAGES = 512
SIDE_PX = 272
"""The side of a square of noise that is 50 kB as a JPEG of quality 80."""
IDEAL_WAVES = 20
"""Calls per call in flight, where the share of the ideal is measured."""
MOST_CALLS = 3000
OTHERS = ("async_openai", "openai_aiohttp", "threads")


def write_images(folder: Path) -> float:
    """The images as files and as a store; returns their mean size in kB."""
    (folder / "images").mkdir()
    draw, stored = np.random.default_rng(0), []
    for number in range(IMAGES):
        buffer = io.BytesIO()
        Image.fromarray(draw.integers(0, 256, (SIDE_PX, SIDE_PX, 3), dtype=np.uint8)).save(buffer, "JPEG", quality=80)
        stored.append(buffer.getvalue())
        (folder / "images" / f"{number:04d}.jpg").write_bytes(stored[-1])
    with Store.open(folder / "store").draft(stage="ingest", stage_key="bench", run_id=new_run_id()) as draft:
        size = {"width": SIDE_PX, "height": SIDE_PX, "format": "JPEG"}
        draft.add("images", [{"image_id": entity_id(Kind.IMAGE, number), "bytes": one, **size} for number, one in enumerate(stored)])
        draft.publish()
    return sum(map(len, stored)) / len(stored) / 1000


@contextmanager
def canned_teacher(latency_s: float) -> Iterator[str]:
    command = [sys.executable, "-m", "bench.teacher_server", str(latency_s)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            server.stdin.close()


def run_arm(command: list[str], url: str, calls: int, in_flight: int, folder: Path, repeats: int) -> dict[str, float] | str:
    """The fastest of the repeats, or the last line of what went wrong."""
    found: list[dict[str, float]] = []
    for _ in range(repeats):
        done = subprocess.run(
            [*command, url, str(calls), str(in_flight), str(folder)], cwd=ROOT, capture_output=True, text=True, check=False
        )
        if done.returncode:
            return f"absent: {done.stderr.strip().splitlines()[-1]}"
        found.append(json.loads(done.stdout.splitlines()[-1]))
    best = min(found, key=lambda one: one["seconds"])
    return {
        "calls": calls,
        "calls_per_s": round(calls / best["seconds"], 1),
        "cpu_s_per_1000_calls": round(1000 * best["cpu_s"] / calls, 2),
        "peak_mb": round(best["peak_mb"]),
        **({"calls_per_s_once_full": round(best["per_s_once_full"], 1)} if "per_s_once_full" in best else {}),
    }


def ours(folder: Path, in_flight: int, latency_s: float, calls: int, repeats: int) -> dict[str, Any]:
    with canned_teacher(latency_s) as url:
        figures = run_arm([sys.executable, "-m", "bench.teacher_arms", "fovea"], url, calls, in_flight, folder, repeats)
    assert isinstance(figures, dict), figures
    shares = {f"share_of_ideal{when}": round(figures[f"calls_per_s{when}"] * latency_s / in_flight, 3) for when in ("", "_once_full")}
    return {**figures, **shares}


def compared(folder: Path, in_flight: int, latency_s: float, repeats: int, distilabel: str | None) -> dict[str, Any]:
    """Every arm at one number in flight; the arms take turns against one server."""
    calls = min(MOST_CALLS, max(50, 25 * in_flight))
    commands = {arm: [sys.executable, "-m", "bench.teacher_arms", arm] for arm in ("fovea", *OTHERS)}
    if distilabel:
        commands["distilabel"] = [distilabel, "bench/teacher_distilabel.py"]
    with canned_teacher(latency_s) as url:
        arms: dict[str, Any] = {arm: run_arm(command, url, calls, in_flight, folder, repeats) for arm, command in commands.items()}
    mine = arms["fovea"]["calls_per_s"]
    times = {arm: round(mine / one["calls_per_s"], 2) for arm, one in arms.items() if arm != "fovea" and isinstance(one, dict)}
    return {**arms, "times_ours": times}


def measure(folder: Path, in_flight: list[int], repeats: int, distilabel: str | None) -> dict[str, Any]:
    kilobytes = write_images(folder)
    return {
        "image_kb": round(kilobytes, 1),
        "at_2_s": {number: ours(folder, number, 2.0, IDEAL_WAVES * number, repeats) for number in in_flight},
        "at_200_ms": {number: compared(folder, number, 0.2, repeats, distilabel) for number in in_flight},
        "distilabel": "in at_200_ms" if distilabel else "absent: give --distilabel the Python of an environment that has it",
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--in-flight", type=int, nargs="+", default=[1, 64, 256, 1000])
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--distilabel", metavar="PYTHON", help="a Python with distilabel[openai], in an environment of its own")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as root:
        print(json.dumps(measure(Path(root), given.in_flight, given.repeats, given.distilabel), indent=2))


if __name__ == "__main__":
    main()
