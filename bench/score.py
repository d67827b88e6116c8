"""Score: how many lines a second does ``fovea score`` judge, beside the script's way of a loop over rows?

    python -m bench.score [--lines 200000] [--repeats 5] [--processes 2]

Each arm is a whole command with its start, from a file of drawn replies to a file of scores, and they take turns, the first of a round in
turns too. The script (``bench.score_script``) judges row by row in one process, its patterns named where they are used, as published
scorers do; what the arms write in the first round is compared value for value. ``strict`` has no script beside it. Told are the medians
of lines a second by the wall, and by the seconds of all processes, which other programs disturb less; each with the slowest and the
fastest. Ratios are ours over the script's in the same round. Target: 20,000 lines a second by the wall on 2 processes. Prints JSON.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from bench.score_script import RULES

Row = dict[str, Any]
Rates = dict[str, list[float]]
SCRIPT = "script"
CLOCKS = ("wall", "cpu")
TARGET = 20_000
FOVEA = "from flows.cli import main; main()"
WORDS = ("the", "red", "cup", "stands", "at", "left", "beside", "a", "plate", "near", "window", "and", "second", "image", "shows", "it")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--lines", type=int, default=200_000)
    options.add_argument("--repeats", type=int, default=5)
    options.add_argument("--processes", type=int, default=2)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = {name: measure(Path(folder), name, draw, given) for name, draw in DRAWN.items()}
    settings = vars(given) | {"cores": os.cpu_count(), "target_lines_a_second": TARGET}
    print(json.dumps({"settings": settings, "protocols": found}, indent=1))


def measure(folder: Path, protocol: str, draw: Callable[[random.Random], Row], given: argparse.Namespace) -> Row:
    """Lines a second of every arm of a protocol, and the ratios."""
    source = folder / f"{protocol}.jsonl"
    chance = random.Random(0)
    source.write_text("".join(json.dumps({"id": f"line-{number}"} | draw(chance)) + "\n" for number in range(given.lines)))
    arms = list(commands(protocol, source, folder / "out.jsonl", given.processes))
    rates: dict[str, Rates] = {name: {clock: [] for clock in CLOCKS} for name, _ in arms}
    written: set[str] = set()
    for turn in range(given.repeats):
        for name, command in arms[turn % len(arms) :] + arms[: turn % len(arms)]:
            for clock, seconds in timed(command).items():
                rates[name][clock].append(given.lines / seconds)
            if turn == 0:
                written.add(values(folder / "out.jsonl"))
    if len(written) > 1:
        raise AssertionError(f"the arms of {protocol} disagree")
    return {"bytes_a_line": source.stat().st_size // given.lines, "lines_a_second": told(rates, 0)} | ratios(rates)


def commands(protocol: str, source: Path, target: Path, processes: int) -> Iterator[tuple[str, list[str]]]:
    if protocol in RULES:
        yield SCRIPT, [sys.executable, "-m", "bench.score_script", protocol, str(source), str(target)]
    for count in sorted({1, processes}):
        words = ["score", protocol, str(source), "--out", str(target), "--processes", str(count)]
        yield f"fovea, {count} process{'es' if count > 1 else ''}", [sys.executable, "-c", FOVEA, *words]


def timed(command: list[str]) -> dict[str, float]:
    """Seconds of a command by the wall, and of all its processes."""
    before, start = spent(), time.perf_counter()
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    return {"wall": time.perf_counter() - start, "cpu": spent() - before}


def values(path: Path) -> str:
    """A digest of what the lines of a file say, however they are written."""
    said = hashlib.sha256()
    with path.open() as lines:
        for line in lines:
            said.update(json.dumps(json.loads(line)).encode())
    return said.hexdigest()


def spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def ratios(rates: dict[str, Rates]) -> Row:
    if SCRIPT not in rates:
        return {}
    script = rates[SCRIPT]
    ours = {name: own for name, own in rates.items() if name != SCRIPT}
    return {
        "times_the_script": told(
            {name: {clock: list(np.divide(own[clock], script[clock])) for clock in CLOCKS} for name, own in ours.items()}, 2
        )
    }


def told(rates: dict[str, Rates], digits: int) -> Row:
    """Median, least and most of each."""
    return {
        name: {
            clock: {"median": round(float(np.median(own)), digits), "spread": [round(min(own), digits), round(max(own), digits)]}
            for clock, own in by_clock.items()
        }
        for name, by_clock in rates.items()
    }


def words(chance: random.Random) -> str:
    return " ".join(chance.choices(WORDS, k=chance.randint(10, 60)))


def box(chance: random.Random, width: int, height: int) -> list[int]:
    left, top = chance.randrange(width - 60), chance.randrange(height - 60)
    return [left, top, left + chance.randint(20, 59), top + chance.randint(20, 59)]


def moved(known: list[int], chance: random.Random) -> list[int]:
    return [number + chance.randint(0, 9) for number in known]


def mig_bench(chance: random.Random) -> Row:
    known = box(chance, 900, 900)
    x1, y1, x2, y2 = moved(known, chance)
    said = f"<think>{words(chance)}</think><answer>({x1},{y1}),({x2},{y2})</answer>"
    return {"prediction": said, "target": {"answer": known, "task": "reasoning"}}


def rec(chance: random.Random) -> Row:
    known = box(chance, 600, 400)
    said = json.dumps({"bbox_2d": moved(known, chance), "label": "cup"})
    sizes = {"image_size": [640, 480], "input_size": [644, 476]}
    return {"prediction": f"<think>{words(chance)}</think><answer>{said}</answer>", "target": {"solution": known}} | sizes


def strict(chance: random.Random) -> Row:
    known = box(chance, 600, 400)
    x1, y1, x2, y2 = moved(known, chance)
    said = f"<think>\n{words(chance)}\n</think>\n<answer>({x1}, {y1}, {x2}, {y2})</answer>"
    return {"prediction": said, "task": "box", "space": "pixel", "image_size": [640, 480], "target": {"boxes": [known]}}


DRAWN: dict[str, Callable[[random.Random], Row]] = {"mig-bench-univg": mig_bench, "rec-vlmr1": rec, "strict": strict}
"""How the lines of each protocol are drawn."""


if __name__ == "__main__":
    main()
