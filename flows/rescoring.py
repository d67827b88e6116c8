"""Rescoring: which rewards ``fovea rescore`` takes, what it says, and what it writes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from data.columns import REWARDS
from data.faults import told
from data.store import Store
from flows.output import written
from flows.recipe import RecipeError, load_recipe, merge, read_toml
from models.student.config import StudentConfig
from models.training.config import ReinforceConfig
from models.training.rescore import Rescored, changes, effect, flips, rescore
from models.training.saved import SavedRun, read_saved

Cells = list[tuple[Any, ...]]
TEXT_CHARACTERS = 60
COLUMNS: dict[str, pa.DataType] = {
    **dict.fromkeys(("run_id", "rollout_id", "group_id", "sample_id", "stream", "dialect"), pa.string()),
    **dict.fromkeys(("step", "index"), pa.int64()),
    **dict.fromkeys(("old_reward", "new_reward", "old_advantage", "new_advantage"), pa.float64()),
    **dict.fromkeys(("old_rewards", "new_rewards"), REWARDS),
    "left_out": pa.list_(pa.string()),
}
"""Of the file that is written."""


def read_rewards(name: str, overrides: Mapping[str, Any]) -> tuple[ReinforceConfig, StudentConfig | None]:
    """The rewards of a recipe, with its student; or those of a TOML file that is no recipe. Raises ``RecipeError``.

    Overrides of such a file count from its table of rewards' own section: ``rewards.format``, not ``reinforce.rewards.format``.
    """
    path = Path(name)
    if path.suffix == ".toml" and "ingest" not in (table := read_toml(path, f"there is no file {path}, which should say the rewards")):
        section = merge(table.get("reinforce", table), overrides)
        try:
            return ReinforceConfig.model_validate({"steps": 1} | section), None
        except ValidationError as error:
            raise RecipeError(f"{path.name} is neither a recipe nor a table of rewards: {told(error, ReinforceConfig)}") from error
    recipe = load_recipe(name, overrides)
    if recipe.reinforce is None:
        raise RecipeError(f"recipe {recipe.name} has no section [reinforce], whose rewards are asked for")
    return recipe.reinforce, recipe.student


def rescore_run(store: Store, reference: str, name: str, overrides: Mapping[str, Any]) -> tuple[SavedRun, list[list[Rescored]]]:
    """A run's rollouts, and what the rewards make of them. Raises ``RecipeError`` and ``TrainingError``."""
    config, student = read_rewards(name, overrides)
    saved = read_saved(store, reference, student)
    return saved, rescore(saved, config)


def part_cells(groups: Sequence[Sequence[Rescored]]) -> Cells:
    """Part, old mean, new mean, how many changed, how many were left out."""
    return [(one.part, one.old_mean, one.new_mean, one.changed, one.left_out) for one in changes(groups)]


def flip_cells(groups: Sequence[Sequence[Rescored]], most: int) -> Cells:
    """Rollout, old and new reward, the parts that changed, how the text begins."""
    return [(one.row["rollout_id"], one.row["reward"], one.reward, _parts(one), _beginning(one)) for one in flips(groups, most)]


def sentences(saved: SavedRun, groups: Sequence[Sequence[Rescored]]) -> Iterator[str]:
    """What became of the groups, and what could not be scored."""
    found = effect(groups)
    rollouts = sum(map(len, groups))
    yield f"{rollouts} rollouts in {found.groups} groups of {saved.run_id}; the order changes in {found.reordered} groups"
    yield f"effective groups: {found.effective_before} before, {found.effective_now} now"
    left_out = Counter(name for group in groups for one in group for name in one.left_out)
    if left_out:
        said = ", ".join(f"{name} of {count} rollouts" for name, count in left_out.items())
        yield f"left out, since no judge is asked again and judgements do not hold them: {said}"
    if saved.missing:
        first = next(iter(saved.missing))
        lost = sum(saved.missing.values())
        yield f"not scored: {lost} rollouts of {len(saved.missing)} samples that the store does not hold, such as {first}"


def write_rows(saved: SavedRun, groups: Sequence[Sequence[Rescored]], path: Path) -> int:
    """Write a row for each rollout; returns how many. Raises ``OutputError``."""
    rows = [_row(saved.run_id, one) for group in groups for one in group]
    with written(path) as part:
        pq.write_table(pa.Table.from_pylist(rows, schema=pa.schema(COLUMNS)), part)
    return len(rows)


def _row(run_id: str, one: Rescored) -> dict[str, Any]:
    kept = {name: one.row[name] for name in ("rollout_id", "group_id", "sample_id", "stream", "dialect", "step", "index")}
    old = {"old_reward": one.row["reward"], "old_advantage": one.row["advantage"], "old_rewards": list(one.old_parts.items())}
    new = {"new_reward": one.reward, "new_advantage": one.advantage, "new_rewards": list(one.parts.items())}
    return {"run_id": run_id, "left_out": list(one.left_out), **kept, **old, **new}


def _parts(one: Rescored) -> str:
    names = dict.fromkeys((*one.old_parts, *one.parts))
    pairs = ((name, _figure(one.old_parts, name), _figure(one.parts, name)) for name in names)
    return ", ".join(f"{name} {old} to {new}" for name, old, new in pairs if old != new)


def _figure(parts: Mapping[str, float | None], name: str) -> str:
    if name not in parts:
        return "absent"
    value = parts[name]
    return "NULL" if value is None else f"{value:.4g}"


def _beginning(one: Rescored) -> str:
    text = " ".join((one.row["text"] or "").split())
    return text if len(text) <= TEXT_CHARACTERS else text[: TEXT_CHARACTERS - 3] + "..."
