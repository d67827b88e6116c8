"""Order: what a stage flow was asked for becomes versions, and then the stage's work."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from data.catalog import write_catalog
from data.identity import digest, new_run_id
from data.store import Manifest, Store, Version
from data.store.files import sha256
from data.tables import CHECKPOINTS
from flows.recipe import Recipe, load_recipe
from flows.walk import Made, made_before, order_for, tables_read, walk, with_newest
from tasks.run import StageRun, carry_out
from tasks.stage import Stage


def perform(
    stage: Stage,
    body: Callable[[StageRun], Manifest],
    recipe_name: str,
    overrides: Mapping[str, Any] | None,
    references: Mapping[str, str | None],
    *,
    further: Sequence[str] | None = None,
    force: bool = False,
) -> dict[str, str]:
    """Resolve the references, do the stage unless its key has a version, and return the version ids by table."""
    recipe = load_recipe(recipe_name, overrides)
    store = Store.open()
    given = _given(store, stage, recipe, references, further)
    manifest = carry_out(store, order_for(stage, recipe, given), body, force=force)
    write_catalog(store)
    return {name: version.version_id for name, version in manifest.outputs.items()}


def reference(store: Store, table_name: str, text: str) -> Version:
    """The version that a reference names; a path is taken into the store first. Raises ``UnknownVersionError``."""
    path = Path(text).expanduser()
    if path.exists() and (path.is_absolute() or "/" in text):
        return _adopted(store, table_name, path.absolute())
    return store.resolve(table_name, text)


def _given(store: Store, stage: Stage, recipe: Recipe, references: Mapping[str, str | None], further: Sequence[str] | None) -> list[Made]:
    if further is not None:
        return [{version.table_name: version} for version in map(store.version, further)]
    named = {name: reference(store, name, text) for name, text in references.items() if text is not None}
    if all(name in named for name in tables_read(stage, recipe)) and stage is not Stage.REPORT:
        return [named]
    return with_newest(store, stage, recipe, [*_upstream(store, stage, recipe), named])


def _upstream(store: Store, target: Stage, recipe: Recipe) -> list[Made]:
    found: list[list[Made]] = []

    def look(stage: Stage, *given: Made | None) -> Made | None:
        known = [made for made in given if made is not None]
        if stage is target:
            found.append(known)
        if found:
            return None
        manifest = made_before(store, stage, recipe, known) if len(known) == len(given) else None
        return manifest.outputs if manifest else None

    walk(recipe, look)
    return found[-1] if found else []


def _adopted(store: Store, table_name: str, path: Path) -> Version:
    files = sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]
    key = digest("adopt", table_name, [[str(one.relative_to(path)), sha256(one)] for one in files])
    made = store.find(key)
    if made is None:
        with store.draft(stage="adopt", stage_key=key, run_id=new_run_id(), config={"path": str(path)}) as draft:
            if table_name == CHECKPOINTS:
                draft.add_folder(CHECKPOINTS, path)
            else:
                draft.add(table_name, pq.read_table(path))
            made = draft.publish()
    return made.outputs[table_name]
