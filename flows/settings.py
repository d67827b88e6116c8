"""Settings: what of a recipe decides the result of each stage, and so is part of its key.

Left out is what only says how the work is spread, watched or reached: threads, shards, calls in flight, log intervals, endpoints. Files
that a source reads are part of its settings by name, size and time, so that a folder that changed is read again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from data.config import Section
from data.sources.config import FolderConfig, IngestConfig, ParquetConfig, TracesConfig, YoloConfig
from flows.recipe import Recipe
from tasks.stage import Stage

_TEACHER = {"base_url", "key_variable", "in_flight", "timeout_s", "attempts"}
_LAUNCH = {"threads", "arguments"}
UNKEYED: Mapping[Stage, dict[str, Any]] = {
    Stage.GENERATE: {"shard_size": True, "teacher": _TEACHER},
    Stage.FINETUNE: {"launch": _LAUNCH},
    Stage.REINFORCE: {"launch": _LAUNCH},
    Stage.EVALUATE: {"threads": True, "checkpoints": True},
}
UNKEYED_TRL = {
    "dataloader_num_workers",
    "disable_tqdm",
    "log_completions",
    "log_level",
    "logging_dir",
    "logging_first_step",
    "logging_steps",
    "logging_strategy",
    "project",
    "report_to",
    "run_name",
    "trackio_space_id",
}
"""Fields of TRL's configurations that say how a training is watched."""
_STUDENT: Mapping[Stage, set[str]] = {
    Stage.PUBLISH: {"dialect", "prompt", "view"},
    Stage.PRETRAIN: {"dialect", "prompt", "view", "max_new_tokens"},
    Stage.FINETUNE: {"base", "dialect", "prompt", "view", "max_new_tokens"},
    Stage.REINFORCE: {"base", "dialect", "prompt", "view", "max_new_tokens"},
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
    if isinstance(own, IngestConfig):
        settings["files"] = list(_files(own))
    return settings


def prompt_hashes(stage: Stage, recipe: Recipe) -> tuple[str, ...]:
    """Hashes of the prompt files that the stage uses."""
    names = _prompt_names(stage, recipe)
    if not names:
        return ()
    from data.prompts import prompt

    return tuple(prompt(name).prompt_hash for name in names)


def _prompt_names(stage: Stage, recipe: Recipe) -> tuple[str, ...]:
    if stage is Stage.GENERATE and recipe.generate.method != "imported":
        return (f"teacher/{recipe.generate.method}",)
    if stage in (Stage.PUBLISH, Stage.FINETUNE, Stage.REINFORCE, Stage.EVALUATE):
        return (f"student/{recipe.student.prompt}",)
    return ()


def _files(config: IngestConfig) -> Iterator[list[Any]]:
    for number, source in enumerate(config.sources):
        if isinstance(source, FolderConfig | YoloConfig):
            yield from _listed(number, source.path.rglob("*"))
        elif isinstance(source, ParquetConfig):
            pattern = Path(source.path)
            yield from _listed(number, Path(pattern.anchor or ".").glob(str(pattern.relative_to(pattern.anchor))))
        elif isinstance(source, TracesConfig):
            yield from _listed(number, [source.path, *(source.images.rglob("*") if source.images else [])])


def _listed(number: int, paths: Iterator[Path] | list[Path]) -> Iterator[list[Any]]:
    for path in sorted(paths):
        if path.is_file():
            stat = path.stat()
            yield [number, str(path), stat.st_size, stat.st_mtime_ns]
