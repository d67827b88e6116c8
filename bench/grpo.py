"""GRPO: what a completion costs, beside TRL's own trainer.

    python -m bench.grpo [--image-tokens 16 100 400] [--beta 0 0.04] [--pairs 10] [--device cpu]

Both trainers have the same random Qwen2.5-VL, scenes, questions, group size, configuration (loss, optimiser, passes, threads) and
lengths: no completion may end early. Each runs in a process of its own and they take turns, step by step, the first of a pair in turns
too; so a *pair* is two steps side by side, and what else the machine does meets both. *Generation* is from the draw to the completions.
*Scoring* is all that lies between completions and loss: the reference's pass where beta is above 0, rewards, and for ours the tables.
*Loss* is forward and backward, *update* the optimiser. Each is told by the wall and in seconds of all threads, which other processes
disturb less. Ratios are stock over ours with 95 % bootstrap intervals of the median over pairs. Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from data.identity import new_run_id
from data.rows import sample_to_row
from data.sources.config import ScenesConfig
from data.sources.scenes import read_scenes
from data.store import Store
from data.viewing import ViewConfig
from models.student.config import PretrainConfig, StudentConfig
from models.training.config import ReinforceConfig
from models.training.job import ReinforceJob, write_job
from tasks.child import thread_environment

FACTOR = 28
"""Pixels of a side that one image token stands for."""
ARMS = ("stock", "ours")
PHASES = ("generation", "scoring", "loss", "update", "step")
RATIOS = ("generation", "scoring", "loss", "step")
WARM_UP = 2
"""Steps of each arm that do not count."""
CLOCKS = ("wall", "cpu")
RESAMPLES = 10_000
NEVER = 10**6


def main() -> None:
    """Print every case as it ends, and all at the end."""
    asked = parse()
    cases = []
    for tokens in asked.image_tokens:
        for beta in asked.beta:
            with tempfile.TemporaryDirectory() as folder:
                cases.append(measure(asked, prepare(Path(folder), asked, tokens, beta)) | {"image_tokens": tokens, "beta": beta})
            sys.stderr.write(json.dumps(cases[-1]) + "\n")
    settings = vars(asked) | {"optimiser": "AdamW", "early_ends": False, "cores": os.cpu_count()}
    sys.stdout.write(json.dumps({"settings": settings, "cases": cases}, indent=1) + "\n")


def parse() -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--image-tokens", type=int, nargs="+", default=[16, 100, 400], help="squares")
    parser.add_argument("--beta", type=float, nargs="+", default=[0.0, 0.04])
    for name, default in (("pairs", 10), ("groups", 4), ("rollouts", 8), ("new-tokens", 32), ("passes", 1), ("threads", 2)):
        parser.add_argument(f"--{name}", type=int, default=default)
    for name, default in (("width", 128), ("layers", 4), ("vision-layers", 2), ("heads", 4)):
        parser.add_argument(f"--{name}", type=int, default=default, help="of the model")
    parser.add_argument("--loss-type", default="dapo")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    return parser.parse_args()


def prepare(folder: Path, asked: argparse.Namespace, image_tokens: int, beta: float) -> Path:
    """A model, a store of scenes and the job of both arms; returns the job's file."""
    from models.student.load import Student, save_student
    from models.student.tiny.build import build_student

    side = math.isqrt(image_tokens) * FACTOR
    view = ViewConfig(space="grid:100", factor=FACTOR, min_pixels=side * side, max_pixels=side * side)
    shape = {name: getattr(asked, name) for name in ("width", "layers", "vision_layers", "heads")}
    built = build_student(PretrainConfig(image_side=side, **shape), view)
    student = StudentConfig(base="random", view=view, max_new_tokens=asked.new_tokens)
    save_student(Student(built.model, built.processor, student), folder / "model")
    steps = asked.pairs + WARM_UP
    versions = scenes(Store.open(folder / "store"), steps * asked.groups)
    config = ReinforceConfig.model_validate(
        {
            "steps": steps,
            "groups_per_step": asked.groups,
            "rollouts_per_group": asked.rollouts,
            "rewards": {"random": 1.0},
            "checkpoint_every": NEVER,
            "launch": {"threads": asked.threads},
            "trl": {"beta": beta, "loss_type": asked.loss_type, "gradient_accumulation_steps": asked.passes},
        }
    )
    places: dict[str, Any] = {"store": folder / "store", "model": str(folder / "model"), "output": folder / "output"}
    return write_job(ReinforceJob(**places, run_id=new_run_id(), student=student, config=config, **versions), folder / "job.json")


def scenes(store: Store, count: int) -> dict[str, str]:
    """The versions of drawn samples and their images."""
    problems = list(read_scenes(ScenesConfig(count=count)))
    images = {image.image_id: image for problem in problems for image in problem.images}
    with store.draft(stage="ingest", stage_key="bench", run_id=new_run_id()) as draft:
        draft.add("samples", [sample_to_row(problem.sample()) for problem in problems])
        rows = [{"image_id": name, "bytes": image.stored, "format": image.format} for name, image in images.items()]
        sizes = [{"width": image.width, "height": image.height} for image in images.values()]
        draft.add("images", [row | size for row, size in zip(rows, sizes, strict=True)])
        outputs = draft.publish().outputs
    return {name: version.version_id for name, version in outputs.items()}


def measure(asked: argparse.Namespace, job: Path) -> dict[str, Any]:
    """Steps of both arms in turns. Raises ``RuntimeError`` where they did not read and write the same number of tokens."""
    told: dict[str, list[dict[str, float]]] = {arm: [] for arm in ARMS}
    busy = os.getloadavg()[0]
    with arm_process("stock", job, asked) as one, arm_process("ours", job, asked) as other:
        processes = dict(zip(ARMS, (one, other), strict=True))
        for pair in range(asked.pairs + WARM_UP):
            for arm in ARMS if pair % 2 else ARMS[::-1]:
                told[arm].append(step(processes[arm]))
    counted = {arm: steps[WARM_UP:] for arm, steps in told.items()}
    tokens = {arm: sum(one["tokens"] for one in steps) for arm, steps in counted.items()}
    if asked.pairs > 0 and abs(tokens["stock"] - tokens["ours"]) > 0.05 * tokens["stock"]:
        raise RuntimeError(f"tokens differ: {tokens}")
    return summary(counted, asked.groups * asked.rollouts) | {"tokens": tokens, "load": [busy, os.getloadavg()[0]]}


@contextmanager
def arm_process(arm: str, job: Path, asked: argparse.Namespace) -> Iterator[subprocess.Popen[str]]:
    """An arm that waits for its steps."""
    hidden = {"CUDA_VISIBLE_DEVICES": ""} if asked.device == "cpu" else {}
    environment = os.environ | thread_environment(asked.threads) | hidden | {"HF_HUB_OFFLINE": "1"}
    command = [sys.executable, "-m", "bench.grpo_arms", arm, str(job)]
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.communicate()


def step(process: subprocess.Popen[str]) -> dict[str, float]:
    """Let an arm take a step; its figures. Raises ``RuntimeError`` where it has ended."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    told = process.stdout.readline()
    if not told:
        raise RuntimeError(f"{process.args!r} ended with {process.wait()} before its steps were done")
    found: dict[str, float] = json.loads(told)
    return found


def summary(told: dict[str, list[dict[str, float]]], completions: int) -> dict[str, Any]:
    """Ratios, medians and shares of the steps of each arm, by each clock."""
    found: dict[str, Any] = {}
    for clock in CLOCKS:
        seconds = {arm: {phase: np.array([one[f"{phase} {clock}"] for one in steps]) for phase in PHASES} for arm, steps in told.items()}
        medians = {arm: {phase: float(np.median(own)) for phase, own in phases.items()} for arm, phases in seconds.items()}
        found[clock] = {
            "stock_over_ours": {phase: ratio(seconds["stock"][phase] / seconds["ours"][phase]) for phase in RATIOS},
            "ms_per_completion": {
                arm: {phase: round(1e3 * s / completions, 3) for phase, s in own.items()} for arm, own in medians.items()
            },
            "shares": {arm: {phase: round(own[phase] / own["step"], 3) for phase in PHASES[:-1]} for arm, own in medians.items()},
        }
    return found | {"peak_mb": {arm: round(max(one["peak_mb"] for one in steps)) for arm, steps in told.items()}}


def ratio(ratios: Sequence[float] | np.ndarray[Any, np.dtype[np.float64]]) -> dict[str, float]:
    """The median of the ratios of pairs, with the 95 % percentile bootstrap of it."""
    drawn = np.median(np.random.default_rng(0).choice(ratios, (RESAMPLES, len(ratios))), axis=1)
    low, high = np.percentile(drawn, [2.5, 97.5])
    return {"median": round(float(np.median(ratios)), 2), "low": round(float(low), 2), "high": round(float(high), 2), "pairs": len(ratios)}


if __name__ == "__main__":
    main()
