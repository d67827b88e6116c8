"""Sampler: how long does a step wait for its draws from a large pool?

    python -m bench.sampler [--samples 100000] [--draws 512] [--repeats 15]

Every arm draws the same number of samples from the same pool without replacement; of each sample some outcomes are known. Arms take turns,
and their times are medians of single draws with the fastest and the slowest. *Learned* arms first take in the outcomes of as many samples
as are drawn, 8 of each, and weigh the pool anew, as every step of a training does; *again* is a refill, which avoids what the step has
drawn. What a user would pick instead is given the weights as they are and pays for the draw alone: ``WeightedRandomSampler`` of torch,
made for every draw since its weights never change, ``Generator.choice`` of numpy, and Python loops over the samples. Targets: 5 ms by
weights, 50 ms by Thompson sampling. Ratios are to the arm of ours that does the same; on a busy machine those of the fastest draws say
more. Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from torch.utils.data import WeightedRandomSampler

from models.training.samplers import Candidates, Sampler, make_sampler

Draw = Callable[[int], Sequence[Any]]
"""What was drawn in a step."""
OURS: dict[str, tuple[str, dict[str, Any]]] = {
    "uniform": ("uniform", {}),
    "curriculum": ("curriculum", {}),
    "posterior, by weights": ("posterior", {}),
    "variance, by weights": ("variance", {}),
    "variance, by the chance of a signal": ("variance", {"measure": "signal"}),
    "posterior, Thompson": ("posterior", {"mode": "thompson"}),
}
BY_WEIGHTS, THOMPSON = "posterior, by weights", "posterior, Thompson"
TARGETS_MS = {BY_WEIGHTS: 5.0, THOMPSON: 50.0}
BESIDE = {
    "torch WeightedRandomSampler, made anew": BY_WEIGHTS,
    "numpy choice": BY_WEIGHTS,
    "Python, one draw after another": BY_WEIGHTS,
    "Python, Beta draw by Beta draw": THOMPSON,
}
"""What stands beside which arm of ours."""
SLOW = "Python, one draw after another"
ROLLOUTS = 8
BANDS = ("easy", "medium", "hard")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--samples", type=int, default=100_000)
    options.add_argument("--draws", type=int, default=512)
    options.add_argument("--repeats", type=int, default=15)
    given = options.parse_args()
    times = measure(given.samples, given.draws, given.repeats)
    taken = {name: {"median": float(np.median(own)), "fastest": min(own), "slowest": max(own)} for name, own in times.items()}
    ratios = {
        name: {which: round(taken[name][which] / taken[ours][which], 1) for which in ("median", "fastest")} for name, ours in BESIDE.items()
    }
    rounded = {name: {which: round(value, 3) for which, value in own.items()} for name, own in taken.items()}
    print(json.dumps(vars(given) | {"ms": rounded, "targets_ms": TARGETS_MS, "times_slower": ratios}, indent=1))


def measure(samples: int, draws: int, repeats: int) -> dict[str, list[float]]:
    """Milliseconds of every repeat by arm. The slow arm has three."""
    arms = dict(our_arms(samples, draws)) | dict(other_arms(samples, draws))
    found: dict[str, list[float]] = {name: [] for name in arms}
    for step in range(1, repeats + 1):
        for name, arm in arms.items():
            if name != SLOW or step <= 3:
                start = time.perf_counter()
                drawn = arm(step)
                found[name].append(1000 * (time.perf_counter() - start))
                if len(drawn) != draws or len(set(drawn)) != draws:
                    raise AssertionError(f"{name} drew {len(set(drawn))} samples of {len(drawn)}, not {draws}")
    return found


def known(samples: int) -> tuple[list[str], np.ndarray[Any, np.dtype[np.float64]]]:
    """Ids, and how many of eight rollouts of each were solved."""
    rng = np.random.default_rng(0)
    return [f"smp_{number:020x}" for number in range(samples)], rng.binomial(ROLLOUTS, rng.beta(0.5, 0.5, samples)).astype(float)


def our_arms(samples: int, draws: int) -> Iterator[tuple[str, Draw]]:
    ids, solved = known(samples)
    outcomes = {one: [1.0] * int(count) + [0.0] * int(ROLLOUTS - count) for one, count in zip(ids, solved, strict=True)}
    candidates = Candidates(ids, {one: BANDS[number % 3] for number, one in enumerate(ids)})
    for name, (kind, settings) in OURS.items():
        sampler = make_sampler(kind, candidates, 1, settings)
        sampler.observe(outcomes)
        sampler.draw(draws, 0)
        yield name, drawing(sampler, draws)
        if name in TARGETS_MS:
            yield f"{name}, learned", drawing(sampler, draws, learned={one: outcomes[one] for one in ids[:draws]})
            yield f"{name}, again", drawing(sampler, draws, avoid=frozenset(ids[:draws]))


def drawing(sampler: Sampler, draws: int, learned: dict[str, list[float]] | None = None, avoid: frozenset[str] = frozenset()) -> Draw:
    def draw(step: int) -> list[str]:
        if learned:
            sampler.observe(learned)
        return [one.sample_id for one in sampler.draw(draws, step, avoid)]

    return draw


def other_arms(samples: int, draws: int) -> Iterator[tuple[str, Draw]]:
    _, solved = known(samples)
    a, b = 1 + solved, 1 + ROLLOUTS - solved
    weights = a * b / ((a + b) * (a + b + 1))
    shares, listed, rng, dice = weights / weights.sum(), weights.tolist(), np.random.default_rng(1), random.Random(1)
    pairs = list(zip(a.tolist(), b.tolist(), strict=True))
    yield "torch WeightedRandomSampler, made anew", lambda _: list(WeightedRandomSampler(listed, draws, replacement=False))
    yield "numpy choice", lambda _: list(rng.choice(samples, draws, replace=False, p=shares))
    yield SLOW, lambda _: one_by_one(listed, draws, dice)
    yield "Python, Beta draw by Beta draw", lambda _: nearest([dice.betavariate(*pair) for pair in pairs], draws)


def one_by_one(weights: Sequence[float], draws: int, dice: random.Random) -> list[int]:
    """Draw by draw, without what is drawn."""
    left = list(weights)
    found = []
    for _ in range(draws):
        (place,) = dice.choices(range(len(left)), left)
        left[place] = 0.0
        found.append(place)
    return found


def nearest(rates: Sequence[float], draws: int) -> list[int]:
    return sorted(range(len(rates)), key=lambda place: abs(rates[place] - 0.5))[:draws]


if __name__ == "__main__":
    main()
