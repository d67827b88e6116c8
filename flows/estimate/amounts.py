"""Amounts: how often each stage asks, reads, writes and updates, at most.

What is saved by stages that are done, by groups that share their prompt or by answers that end early is not taken off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from data.dialects import get_dialect
from flows.estimate.asking import calls_per_sample, traces_per_sample
from flows.estimate.lengths import lengths
from flows.estimate.reinforcing import reinforced
from flows.estimate.samples import Counted, count_samples, most_images, traced
from flows.recipe import Recipe
from models.exams.config import AskingConfig, EvaluateConfig
from tasks.stage import Stage

IMPORTED = "imported"
Figures = Iterator[tuple[str, int | None, str]]
"""What, how many at most (None: not known), and how that is known."""


@dataclass(frozen=True, slots=True)
class Amount:
    """One figure of a plan."""

    stage: Stage
    what: str
    """For example ``teacher calls``."""
    most: int | None
    """None where it cannot be known before ingest."""
    how: str
    """What it is made of, and what was assumed."""


def estimate(recipe: Recipe) -> list[Amount]:
    """The figures of every stage of the recipe, in order."""
    return [Amount(stage, *figure) for stage, figures in PARTS.items() for figure in figures(recipe)]


def _ingest(recipe: Recipe) -> Figures:
    for split in sorted({source.split for source in recipe.ingest.sources}):
        counted = count_samples(recipe.ingest, [split])
        yield f"samples of {split}", counted.most, counted.known_by


def _generate(recipe: Recipe) -> Figures:
    config = recipe.generate
    asked = _asked(recipe)
    calls = _times(asked.most, calls_per_sample(config))
    yield "samples with traces", asked.most, asked.known_by
    yield "teacher calls", calls, " and ".join(config.methods)
    if calls != 0:
        tokens = _times(calls, config.teacher.max_tokens)
        yield "tokens that the teacher writes", tokens, f"{config.teacher.max_tokens} a call"
        price = config.teacher.price
        if price is not None and tokens is not None and price.completion:
            yield "dollars for what it writes", round(price.dollars(0, tokens)), f"{price.completion:g} a million tokens"


def _curate(recipe: Recipe) -> Figures:
    judge = recipe.curate.asked_judge
    traces = _times(_asked(recipe).most, traces_per_sample(recipe.generate))
    yield "traces", traces, f"{traces_per_sample(recipe.generate)} a sample"
    if judge is not None and judge.strategy == "model":
        yield "judge calls", _times(traces, judge.samples * judge.attempts), f"{judge.samples} replies of {judge.attempts} attempts each"


def _publish(recipe: Recipe) -> Figures:
    yield "conversations", _conversations(recipe), f"{recipe.publish.traces_per_sample} traces a sample, {_dialects(recipe)} dialects"


def _pretrain(recipe: Recipe) -> Figures:
    if recipe.pretrain is not None:
        yield "steps", recipe.pretrain.vision_steps + recipe.pretrain.binding_steps, "vision and binding"


def _finetune(recipe: Recipe) -> Figures:
    config = recipe.finetune
    if config is None:
        return
    read, there = config.steps * config.batch_size, _conversations(recipe)
    yield "updates", config.steps, f"{config.batch_size} conversations each"
    yield "conversations read", read, f"{read / there:.2f} times each, if all are there" if there else ""
    longest = config.trl.get("max_length")
    if longest is None:
        yield (
            "tokens",
            read * lengths(recipe.student, most_images(recipe.ingest, recipe.generate.splits, recipe.generate.datasets)).whole,
            "as long as the student's limits let its own be",
        )
    else:
        yield "tokens", read * longest, f"max_length {longest}"


def _evaluate(recipe: Recipe) -> Figures:
    config = recipe.evaluate
    stages = {"pretrain": recipe.pretrain, "finetune": recipe.finetune, "reinforce": recipe.reinforce}
    models = sum(stages.get(name) is not None for name in config.checkpoints)
    counted = count_samples(recipe.ingest, config.splits)
    items = counted.most if config.limit is None or counted.most is None else min(counted.most, config.limit)
    ways = len(config.benchmarks) * len(config.askings)
    yield from _endpoint_calls(recipe, _times(items, len(config.benchmarks)))
    answers = _times(items, models * ways)
    if not models:
        return
    yield "answers", answers, f"{models} checkpoints, {len(config.benchmarks)} benchmarks{_in_modes(config)}; items {counted.known_by}"
    yield "tokens", _times(answers, lengths(recipe.student, most_images(recipe.ingest, config.splits)).whole), "read and written"


def _endpoint_calls(recipe: Recipe, items: int | None) -> Figures:
    """Calls of the endpoint that is evaluated: one an item and mode, one more with evidence, one for each look."""
    config = recipe.evaluate
    if config.endpoint is None:
        return
    each = [_calls(recipe, asking) for asking in config.askings.values()]
    said = f"{config.endpoint.model}, {sum(each)} an item{_in_modes(config)}"
    yield "endpoint calls", _times(items, sum(each)), said
    yield "tokens that the endpoint writes", _times(items, sum(each) * config.endpoint.max_tokens), f"{config.endpoint.max_tokens} a call"


def _calls(recipe: Recipe, asking: AskingConfig) -> int:
    dialect = get_dialect(asking.dialect or recipe.student.dialect)
    turns = (asking.turns or recipe.student.turns).most_looks + 1 if dialect.has_turns else 1
    return turns + (asking.evidence is not None)


def _in_modes(config: EvaluateConfig) -> str:
    return f" in {len(config.askings)} modes" if config.modes else ""


def _asked(recipe: Recipe) -> Counted:
    """The samples that the generation makes traces of."""
    if recipe.generate.method == IMPORTED:
        return traced(recipe.ingest)
    return count_samples(recipe.ingest, recipe.generate.splits, recipe.generate.datasets)


def _conversations(recipe: Recipe) -> int | None:
    each = min(recipe.publish.traces_per_sample, traces_per_sample(recipe.generate))
    return _times(_asked(recipe).most, each * _dialects(recipe))


def _dialects(recipe: Recipe) -> int:
    return len(recipe.publish.dialects) or 1


def _times(count: int | None, factor: int) -> int | None:
    return None if count is None else count * factor


PARTS: Mapping[Stage, Callable[[Recipe], Figures]] = {
    Stage.INGEST: _ingest,
    Stage.GENERATE: _generate,
    Stage.CURATE: _curate,
    Stage.PUBLISH: _publish,
    Stage.PRETRAIN: _pretrain,
    Stage.FINETUNE: _finetune,
    Stage.REINFORCE: reinforced,
    Stage.EVALUATE: _evaluate,
}
"""The figures of each stage; the report has none."""
