"""Names: whether what a recipe calls by name exists.

The registries are imported when a recipe is read, not before; none of them loads torch, prefect or openai.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from data.sources.config import IngestConfig
    from flows.recipe import Recipe
    from models.training.config import ReinforceConfig

Check = tuple[str, Callable[[], object]]
"""A key of the recipe, and what raises ``ValueError`` where its name does not exist."""
ANY_SAMPLE = "any"
"""Stands for the samples that a sampler will draw from, of which all that it asks for is known."""


def misnamed(recipe: Recipe) -> list[str]:
    """A sentence for each key that names what does not exist; it says what does."""
    return [f"{key}: {error}" for key, check in _checks(recipe) if (error := _error(check)) is not None]


def _error(check: Callable[[], object]) -> ValueError | None:
    try:
        check()
    except ValueError as error:
        return error
    return None


def _checks(recipe: Recipe) -> Iterator[Check]:
    from data.benchmarks.registry import find_benchmark
    from data.curation.rules import get_rules
    from data.dialects import get_dialect
    from data.plugins import load_plugins
    from models.exams.exam import protocols_of
    from models.training.fields import GRPO, LORA, SFT

    yield "evaluate.plugins", partial(load_plugins, recipe.evaluate.plugins)
    yield "student.dialect", partial(get_dialect, recipe.student.dialect)
    yield "student.prompt", partial(_student_prompt, recipe.student.prompt)
    yield "generate.dialect", partial(get_dialect, recipe.generate.dialect)
    for name in recipe.publish.dialects:
        yield "publish.dialects", partial(get_dialect, name)
    yield "curate.rules", partial(get_rules, recipe.curate.rules)
    for mode, asking in recipe.evaluate.askings.items():
        key = f"evaluate.modes.{mode}" if recipe.evaluate.modes else "evaluate"
        if asking.dialect is not None:
            yield f"{key}.dialect", partial(get_dialect, asking.dialect)
        if asking.prompt is not None:
            yield f"{key}.prompt", partial(_student_prompt, asking.prompt)
        if asking.evidence is not None:
            yield f"{key}.evidence.dialect", partial(_one_turn, asking.evidence.dialect)
    for name in recipe.evaluate.benchmarks:
        yield "evaluate.benchmarks", partial(find_benchmark, name, protocols_of(recipe.evaluate))
    for section, config, configuration in (("finetune", recipe.finetune, SFT), ("reinforce", recipe.reinforce, GRPO)):
        if config is not None:
            yield f"{section}.trl", partial(configuration.check, config.trl)
            yield f"{section}.lora", partial(LORA.check, config.lora or {})
    if recipe.reinforce is not None:
        yield "reinforce", partial(_pool, recipe.ingest, recipe.reinforce)
        yield from _training_checks(recipe.reinforce)


def _one_turn(name: str) -> None:
    """Raise ``ValueError`` on a dialect that is not there, or whose answers take several turns."""
    from data.dialects import get_dialect

    if get_dialect(name).has_turns:
        raise ValueError(f"a second answer beside crops takes one turn, and {name} takes several")


def _pool(ingest: IngestConfig, config: ReinforceConfig) -> None:
    """Raise ``ValueError`` where no source brings a sample to reinforce on, which else would be told after the finetuning."""
    from data.sources.config import ScenesConfig
    from flows.estimate.samples import dataset_of, is_taken

    taken = [source for source in ingest.sources if is_taken(source, config.splits, config.datasets)]
    if not taken:
        asked = f"splits {config.splits}" + (f" and data sets {config.datasets}" if config.datasets is not None else "")
        known = sorted({f"{source.split} of {dataset_of(source)}" for source in ingest.sources})
        raise ValueError(f"no source has samples of the {asked}; there are {', '.join(known)}")
    scenes = [source for source in taken if isinstance(source, ScenesConfig)]
    drawn = {band for source in scenes for band, share in source.bands.items() if share > 0}
    if config.bands is not None and len(scenes) == len(taken) and not drawn & set(config.bands):
        raise ValueError(f"no scene is of the bands {config.bands}; there are {', '.join(sorted(drawn))}")


def _training_checks(config: ReinforceConfig) -> Iterator[Check]:
    from data.plugins import load_plugins
    from models.training.rewards import check_compared, check_judged, make_rewards

    yield "reinforce.plugins", partial(load_plugins, config.plugins)
    yield "reinforce.rewards", partial(make_rewards, config.rewards)
    yield "reinforce.judge", partial(check_judged, config)
    yield "reinforce.archive", partial(check_compared, config)
    yield from _stream_checks(config)
    yield "reinforce.sampler", partial(_sampler, config)


def _stream_checks(config: ReinforceConfig) -> Iterator[Check]:
    from data.dialects import get_dialect
    from models.training.config import STREAM_NAMES
    from models.training.rewards import make_rewards
    from models.training.streams import find_streams

    yield "reinforce.streams", partial(find_streams, config.streams.name)
    for name in STREAM_NAMES:
        stream, key = getattr(config.streams, name), f"reinforce.streams.{name}"
        if stream.dialect is not None:
            yield f"{key}.dialect", partial(get_dialect, stream.dialect)
        if stream.prompt is not None:
            yield f"{key}.prompt", partial(_student_prompt, stream.prompt)
        if stream.rewards is not None:
            yield f"{key}.rewards", partial(make_rewards, stream.rewards)


def _sampler(config: ReinforceConfig) -> None:
    from models.training.samplers import Candidates, Past, make_sampler

    order = config.sampler.options.get("order")
    band = order[0] if isinstance(order, list) and order else "easy"
    known = Candidates([ANY_SAMPLE], {ANY_SAMPLE: band}, {ANY_SAMPLE: Past(1, 1.0)} if config.sampler.past else {})
    make_sampler(config.sampler.name, known, config.seed, config.sampler.options)


def _student_prompt(name: str) -> None:
    from data.prompts import prompt_names

    names = [known.removeprefix("student/") for known in prompt_names() if known.startswith("student/")]
    if name not in names:
        raise ValueError(f"there is no student prompt {name!r}; there are {', '.join(names)}")
