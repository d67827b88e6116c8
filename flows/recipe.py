"""Recipe: everything a run is decided by, one TOML file. Loading it imports no torch, no prefect, no openai."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from data.config import Section
from data.faults import told
from data.publishing.config import PublishConfig
from data.sources.config import IngestConfig
from flows.names import misnamed
from models.exams.config import EvaluateConfig
from models.student.config import PretrainConfig, StudentConfig
from models.teacher.config import GenerateConfig
from models.training.config import FinetuneConfig, ReinforceConfig
from tasks.config import CurateStageConfig, ReportConfig

RECIPES = Path(__file__).parent / "recipes"


class Recipe(Section):
    """A named pipeline; a section left out leaves its stage out."""

    name: str
    description: str = ""
    ingest: IngestConfig
    student: StudentConfig = StudentConfig()
    generate: GenerateConfig = GenerateConfig()
    curate: CurateStageConfig = CurateStageConfig()
    publish: PublishConfig = PublishConfig()
    pretrain: PretrainConfig | None = None
    finetune: FinetuneConfig | None = None
    reinforce: ReinforceConfig | None = None
    evaluate: EvaluateConfig = EvaluateConfig()
    report: ReportConfig = ReportConfig()


class RecipeError(ValueError):
    """A recipe that cannot be read; the text is one sentence a person can act on."""


def recipe_names() -> list[str]:
    """The recipes shipped with Fovea."""
    return sorted(path.stem for path in RECIPES.glob("*.toml"))


def merge(base: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """``base`` with ``overrides`` laid over it, table by table.

    Keys of overrides may be dotted, and a number is a place in a list: ``{"ingest.sources.0.count": 10}``. Raises ``RecipeError``.
    """
    merged = dict(base)
    for key, value in overrides.items():
        head, _, rest = key.partition(".")
        merged[head] = _laid(merged.get(head), {rest: value} if rest else value, key)
    return merged


def _laid(current: Any, patch: Any, key: str) -> Any:
    if not isinstance(patch, Mapping):
        return patch
    if isinstance(current, list):
        return _laid_in_list(current, patch, key)
    return merge(current if isinstance(current, Mapping) else {}, patch)


def _laid_in_list(current: list[Any], patch: Mapping[str, Any], key: str) -> list[Any]:
    items = list(current)
    for place, value in patch.items():
        number, _, rest = place.partition(".")
        if not number.isdigit() or int(number) >= len(items):
            raise RecipeError(f"{key!r} names item {number!r} of a list of {len(items)}; count from 0")
        items[int(number)] = _laid(items[int(number)], {rest: value} if rest else value, key)
    return items


def load_recipe(name_or_path: str | Path, overrides: Mapping[str, Any] | None = None) -> Recipe:
    """The recipe of that name or path with overrides laid over it; what it calls by name exists. Raises ``RecipeError``."""
    path = Path(name_or_path)
    if path.suffix != ".toml":
        path = RECIPES / f"{name_or_path}.toml"
    lacking = f"no recipe {str(name_or_path)!r}; there are {', '.join(recipe_names())}, or give the path of a .toml file"
    text = read_toml(path, lacking)
    try:
        recipe = Recipe.model_validate({"name": path.stem} | merge(text, overrides or {}))
    except ValidationError as error:
        raise RecipeError(f"recipe {path.name}: {told(error, Recipe)}") from error
    if wrong := misnamed(recipe):
        raise RecipeError(f"recipe {path.name}: {'; '.join(wrong)}")
    return recipe


def read_toml(path: Path, lacking: str) -> dict[str, Any]:
    """What a TOML file says. Raises ``RecipeError``, with the text ``lacking`` where there is no such file."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise RecipeError(lacking) from error
    except OSError as error:
        raise RecipeError(f"{path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeError(f"{path} is not TOML: {error}") from error
