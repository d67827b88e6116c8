"""Settings: what of a recipe decides the result of each stage, and so is part of its key.

Left out is what only says how the work is spread, watched or reached: threads, shards, calls in flight, log intervals, endpoints. Files
that a source reads are part of its settings by name, size and time, so that a folder that changed is read again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data.config import Section
from data.sources.config import IngestConfig, PublishedConfig
from flows.recipe import Recipe
from models.exams.config import EvaluateConfig
from models.teacher.config import REACHING
from models.training.config import ReinforceConfig
from tasks.stage import Stage

_TEACHER = set(REACHING)
_LAUNCH = {"threads", "arguments"}
UNKEYED: Mapping[Stage, dict[str, Any]] = {
    Stage.INGEST: {"sources": {"__all__": {"expected", "expected_images"}}},
    Stage.GENERATE: {"shard_size": True, "teacher": _TEACHER},
    Stage.CURATE: {"judge": {"teacher": _TEACHER}},
    Stage.FINETUNE: {"launch": _LAUNCH},
    Stage.REINFORCE: {"launch": _LAUNCH, "log_tokens": True, "judge": {"teacher": _TEACHER}},
    Stage.EVALUATE: {"threads": True, "checkpoints": True, "endpoint": _TEACHER},
}
UNKEYED_TRL = {
    "dataloader_num_workers",
    "log_level",
    "logging_dir",
    "logging_first_step",
    "project",
    "report_to",
    "run_name",
    "trackio_space_id",
}
"""Fields of TRL's configurations that say how a training is watched."""
STUDENT_PROMPTS = "student/"
_ASKING = {Stage.PUBLISH, Stage.FINETUNE, Stage.REINFORCE, Stage.EVALUATE}
_SHOWN = {"dialect", "prompt", "view", "zoom", "turns"}
_STUDENT: Mapping[Stage, set[str]] = {
    Stage.PUBLISH: _SHOWN,
    Stage.PRETRAIN: {"view"},
    Stage.FINETUNE: _SHOWN | {"base", "max_new_tokens", "dtype"},
    Stage.REINFORCE: _SHOWN | {"base", "max_new_tokens", "dtype"},
}


def section(stage: Stage, recipe: Recipe) -> Section:
    """The stage's section. Raises ``KeyError`` where the recipe leaves the stage out."""
    found = getattr(recipe, stage.value)
    if not isinstance(found, Section):
        raise KeyError(f"recipe {recipe.name} has no section [{stage}]")
    return found


def keyed_settings(stage: Stage, recipe: Recipe) -> dict[str, Any]:
    """The settings that decide the stage's result, as JSON."""
    own = section(stage, recipe)
    settings = own.model_dump(mode="json", exclude=UNKEYED.get(stage))
    if "trl" in settings:
        settings["trl"] = {name: value for name, value in settings["trl"].items() if name not in UNKEYED_TRL}
    if stage in _STUDENT:
        settings["student"] = recipe.student.model_dump(mode="json", include=_STUDENT[stage])
    if plugins := settings.get("plugins"):
        from data.plugins import plugin_hashes

        settings["plugins"] = plugin_hashes(plugins)
    if maps := _map_hashes(own):
        settings["maps"] = maps
    if isinstance(own, ReinforceConfig):
        from models.training.rewards import reward_versions

        settings["reward_versions"] = reward_versions(own)
    if isinstance(own, EvaluateConfig):
        from models.exams.exam import exams

        settings["prompts"] = [exam.prompt_hash for exam in exams(own, recipe.student, samples=[])]
    if isinstance(own, IngestConfig):
        from data.sources.fingerprint import fingerprint

        settings["files"] = fingerprint(own)
    return settings


def _map_hashes(own: Section) -> dict[str, str]:
    """Of the maps of question sets that a section names by their paths, whose bytes decide what is read and how it is asked."""
    if not isinstance(own, IngestConfig | EvaluateConfig):
        return {}
    from data.benchmarks.published.mapped import map_hashes

    published = (source.name for source in own.sources if isinstance(source, PublishedConfig)) if isinstance(own, IngestConfig) else ()
    return map_hashes([*published, *(own.benchmarks if isinstance(own, EvaluateConfig) else ())])


def prompt_hashes(stage: Stage, recipe: Recipe) -> tuple[str, ...]:
    """Hashes of the prompt files that the stage uses."""
    if stage is Stage.GENERATE:
        from models.teacher.methods import METHODS

        return tuple(found for name in recipe.generate.methods for found in METHODS[name].prompt_hashes(recipe.generate))
    if stage is Stage.CURATE:
        from models.teacher.judge.judges import prompt_hashes as judge_prompts

        judge = recipe.curate.asked_judge
        return tuple(judge_prompts(judge, [judge.rubric])) if judge else ()
    from data.prompts import prompt

    own = tuple(prompt(name).prompt_hash for name in _student_prompts(stage, recipe))
    return own + _judge_prompts(recipe) if stage is Stage.REINFORCE else own


def _judge_prompts(recipe: Recipe) -> tuple[str, ...]:
    from models.teacher.judge.config import JudgeKind
    from models.teacher.judge.judges import prompt_hashes as judge_prompts

    judge = recipe.reinforce.judge if recipe.reinforce else None
    return tuple(judge_prompts(judge, JudgeKind)) if judge else ()


def _student_prompts(stage: Stage, recipe: Recipe) -> list[str]:
    """The student's own, those of streams or of ways of asking, and all of them where a vocabulary is made."""
    from data.prompts import prompt_names

    if stage is Stage.PRETRAIN:
        return [name for name in prompt_names() if name.startswith(STUDENT_PROMPTS)]
    named: list[str | None] = [None]
    if stage is Stage.EVALUATE:
        askings = recipe.evaluate.askings.values()
        named = [*(one.prompt for one in askings), *(one.evidence.prompt for one in askings if one.evidence is not None)]
    elif stage is Stage.REINFORCE and recipe.reinforce is not None:
        streams = recipe.reinforce.streams
        named = [None, streams.grounded.prompt, streams.textual.prompt, streams.single.prompt]
    names = dict.fromkeys(name or recipe.student.prompt for name in named)
    return [f"{STUDENT_PROMPTS}{name}" for name in names] if stage in _ASKING else []
