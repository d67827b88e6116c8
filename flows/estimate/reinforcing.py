"""Reinforcing: draws, rollouts, crops, judge calls and tokens of a reinforcement, at most."""

from __future__ import annotations

from collections.abc import Iterator

from flows.estimate.lengths import QUESTION_TOKENS, lengths
from flows.estimate.samples import most_images
from flows.recipe import Recipe
from models.training.batches import split_batch, updates_per_generation
from models.training.config import ReinforceConfig, RewardConfig

DUAL = "dual"
Rewards = dict[str, RewardConfig]


def reinforced(recipe: Recipe) -> Iterator[tuple[str, int | None, str]]:
    """What the stage comes to. Raises ``TrainingError`` where its numbers do not fit each other."""
    config = recipe.reinforce
    if config is None:
        return
    student, updates = recipe.student.at_longest(config.dialects), updates_each(config)
    length = lengths(student, most_images(recipe.ingest, config.splits, config.datasets))
    generations = -(-config.steps // updates)
    rounds = 1 + config.refill.tries
    groups = generations * rounds * config.groups_per_step
    rollouts = groups * config.rollouts_per_group
    yield "updates", config.steps, ""
    yield "generations", generations, "one an update" if updates == 1 else f"one for {updates} updates"
    yield "groups", groups, f"{config.groups_per_step} a generation" + (f", all drawn {rounds} times" if rounds > 1 else "")
    yield "rollouts", rollouts, f"{config.rollouts_per_group} a group"
    if length.looks:
        yield "crops", rollouts * length.looks, f"{length.looks} looks a rollout"
    yield from _judged(config, generations * rounds)
    yield "tokens of prompts", rollouts * QUESTION_TOKENS, f"assumed: {QUESTION_TOKENS} words of each rollout's prompt"
    several = "one image" if length.images == 1 else f"{length.images} images"
    yield "tokens of images", rollouts * length.images * length.image, f"{length.image} an image, {several} a question"
    yield "tokens that the student writes", rollouts * length.own, f"{length.own} a rollout"
    if length.shown:
        yield "tokens of observations", rollouts * length.shown, f"{length.shown} a rollout"


def updates_each(config: ReinforceConfig) -> int:
    """Updates that one generation feeds. Raises ``TrainingError``."""
    completions, processes = config.groups_per_step * config.rollouts_per_group, config.launch.processes
    per_device, accumulation = split_batch(completions, "groups_per_step times rollouts_per_group", config.trl, processes)
    return updates_per_generation(completions, per_device * processes, accumulation, config.trl.get("num_iterations", 1))


def _judged(config: ReinforceConfig, generations: int) -> Iterator[tuple[str, int | None, str]]:
    """Calls of the judge, where a part needs one and it is a model."""
    from models.training.rewards import asking_parts

    judge = config.judge
    asked = sum(groups * len(asking_parts(rewards)) for groups, rewards in _streams(config)) * config.rollouts_per_group
    if judge is not None and asked and judge.strategy == "model":
        how = f"{asked} questions a generation, {judge.samples} replies of {judge.attempts} attempts each"
        yield "judge calls", generations * asked * judge.samples * judge.attempts, how


def _streams(config: ReinforceConfig) -> Iterator[tuple[int, Rewards]]:
    """How many groups of a generation each stream has, and by which rewards they are judged."""
    from models.training.streams.dual import mix

    groups = config.groups_per_step
    pairs, singles = mix(groups, config.streams.share) if config.streams.name == DUAL else (0, groups)
    for count, stream in ((pairs, "grounded"), (pairs, "textual"), (singles, "single")):
        yield count, config.rewards_of(stream)
