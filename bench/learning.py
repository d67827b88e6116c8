"""Learning: does reinforcement teach what more finetuning and a random reward do not?

    python -m bench.learning --seeds 5

One student is finetuned in segments until its held-out accuracy on the ``validation`` split no longer rises; that fixes the budget before
any reinforcement runs. From that checkpoint each seed trains three arms: GRPO on the hard band (``outcome``), the same with a random
reward (``random``), and finetuning continued for the same wall time (``sft``). All are measured on the same held-out hard scenes, greedily
and sampled. Differences are paired by seed, with 95 % t intervals. Prints JSON. Everything is a stage of the pipeline in a store of its
own, so an interrupted benchmark goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from bench.claims.statistics import paired

RECIPE = str(Path(__file__).with_name("learning.toml"))
PLATEAU_GAIN = 0.01
"""A segment that raises held-out accuracy by less than this ends finetuning."""
MOST_SEGMENTS = 8
ARMS = ("outcome", "random", "sft")
REWARDS = {"outcome": {"format": 0.2, "outcome": 1.0}, "random": {"format": 0.0, "outcome": 0.0, "random": 1.0}}
"""Weights of the reward parts by arm; they are laid over the recipe's, so what does not count weighs nothing."""
SAMPLED = {"evaluate.temperature": 1.0}
HARD_POINTS = [{"kind": "scenes", "count": 800, "split": "train", "seed": 14, "tasks": {"point": 1}, "bands": {"hard": 1}}]
"""What the hard band is reinforced on: points that neither finetuning nor the held-out scenes have."""
HELD_OUT = {"evaluate.splits": ["validation"]}


def main() -> None:
    """Run the benchmark and print its figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seeds", type=int, default=5)
    options.add_argument("--store", type=Path, default=Path("stores/learning"))
    chosen = options.parse_args()
    os.environ["FOVEA_STORE"] = str(chosen.store.absolute())
    curve, base, sft = plateau()
    before = {mode: accuracy(base, settings) for mode, settings in modes()}
    rows = [row for seed in range(1, chosen.seeds + 1) for row in arms(base, sft, seed)]
    print(json.dumps({"finetuning": curve, "base": base, "before": before, "runs": rows, "summary": list(summary(rows, before))}, indent=1))


def modes() -> Iterable[tuple[str, dict[str, Any]]]:
    """Decoding by name, with the settings that choose it."""
    return (("greedy", {}), ("sampled", SAMPLED))


def plateau() -> tuple[list[dict[str, Any]], str, str]:
    """Finetune segment by segment until held-out accuracy no longer rises: the curve, the best checkpoint's id, and that of ``sft``."""
    from flows.stages import curate, finetune, generate, ingest, pretrain, publish

    ingest(RECIPE)
    generate(RECIPE)
    curate(RECIPE)
    sft = publish(RECIPE)["sft"]
    checkpoint = pretrain(RECIPE)["checkpoints"]
    curve: list[dict[str, Any]] = []
    best, reached = checkpoint, 0.0
    for segment in range(1, MOST_SEGMENTS + 1):
        checkpoint = finetune(RECIPE, {"finetune.seed": segment}, sft=sft, checkpoint=checkpoint)["checkpoints"]
        held_out = accuracy(checkpoint, HELD_OUT)
        curve.append({"segment": segment, "held_out": held_out, "checkpoint": checkpoint})
        gain, reached = held_out - reached, max(held_out, reached)
        if gain > 0:
            best = checkpoint
        if gain < PLATEAU_GAIN:
            break
    return curve, best, sft


def arms(base: str, sft: str, seed: int) -> Iterable[dict[str, Any]]:
    """The three arms of a seed from one base: their accuracy and wall time."""
    from flows.stages import ingest, reinforce

    drawn = ingest(RECIPE, {"ingest.sources": HARD_POINTS})
    seconds: dict[str, float] = {}
    for arm in ARMS:
        if arm == "sft":
            made = continued(base, sft, seed, seconds["outcome"])
        else:
            settings = {"reinforce.seed": seed, "reinforce.rewards": REWARDS[arm]}
            made = reinforce(RECIPE, settings, samples=drawn["samples"], images=drawn["images"], checkpoint=base)["checkpoints"]
        seconds[arm] = training_seconds(made)
        reached = {mode: accuracy(made, settings) for mode, settings in modes()}
        yield {"seed": seed, "arm": arm, "checkpoint": made, "seconds": round(seconds[arm], 1), **reached}


def continued(base: str, sft: str, seed: int, seconds: float) -> str:
    """Finetuning continued from the base for as long as the seed's reinforcement took."""
    from flows.stages import finetune

    pace = training_seconds(base) / steps_of(base)
    steps = max(1, round(seconds / pace))
    settings = {"finetune.steps": steps, "finetune.seed": 100 + seed, "finetune.checkpoint_every": steps}
    return finetune(RECIPE, settings, sft=sft, checkpoint=base)["checkpoints"]


def accuracy(checkpoint: str, settings: dict[str, Any]) -> float:
    """Share of held-out hard points that lie in their box."""
    from flows.stages import evaluate, ingest

    drawn = ingest(RECIPE)
    scores = evaluate(RECIPE, settings, samples=drawn["samples"], images=drawn["images"], checkpoint=checkpoint)["scores"]
    question = f"select value from at_version('scores', '{scores}') where category = 'point' and metric = 'accuracy'"
    return float(ask(question)[0][0])


def training_seconds(checkpoint: str) -> float:
    """Seconds that a checkpoint's stage took, from its run."""
    question = f"""select epoch(max(finished_at) - min(started_at)) from runs join versions using (run_id)
        where version_id = '{checkpoint}'"""
    return float(ask(question)[0][0])


def steps_of(checkpoint: str) -> int:
    """Steps that a checkpoint was trained in its stage."""
    question = f"select max(step) from metrics join versions using (run_id) where version_id = '{checkpoint}'"
    return int(ask(question)[0][0])


def ask(question: str) -> list[tuple[Any, ...]]:
    """The rows that answer a question."""
    from data.catalog import query
    from data.store import Store

    return query(Store.open(), question)[1]


def summary(rows: list[dict[str, Any]], before: dict[str, float]) -> Iterable[dict[str, Any]]:
    """Each arm's gain over the base, and the reward's gain over each control, with 95 % intervals over seeds."""
    for mode, _ in modes():
        reached = {arm: np.array([row[mode] for row in rows if row["arm"] == arm]) for arm in ARMS}
        for arm in ARMS:
            yield {"mode": mode, "difference": f"{arm} - base", **interval(reached[arm] - before[mode])}
        for control in ("random", "sft"):
            yield {"mode": mode, "difference": f"outcome - {control}", **interval(reached["outcome"] - reached[control])}


def interval(differences: np.ndarray[Any, np.dtype[np.float64]]) -> dict[str, Any]:
    """Mean and 95 % t interval of differences (n,), one per seed."""
    found = paired(differences.tolist())
    return {"mean": round(found.mean, 4), "low": round(found.low, 4), "high": round(found.high, 4), "seeds": found.seeds}


if __name__ == "__main__":
    main()
