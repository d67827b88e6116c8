"""Session: a pipeline run at a terminal: bars while it works, then what became of each stage, the scores, and where the report is."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from data.store import Store
from flows.environment import prepare
from flows.plan import Fate, Step, plan
from flows.recipe import load_recipe
from tasks.progress import bars
from tasks.stage import Stage

DONE = {Fate.FOUND, Fate.TAKEN}
CATEGORIES = ("all", "")


def run_recipe(recipe: str, overrides: dict[str, Any], start: Stage | None, force: Collection[Stage]) -> None:
    """Run a recipe and show it. Where every version exists nothing is started, Prefect included."""
    began = time.monotonic()
    settings = load_recipe(recipe, overrides)
    store = Store.open()
    steps = plan(store, settings, start, force)
    if any(step.fate not in DONE for step in steps):
        _work(recipe, overrides, start, force)
        steps = plan(store, settings, start)
    console = Console(soft_wrap=True, highlight=False)
    _show(console, store, steps)
    console.print(f"{settings.name}: {time.monotonic() - began:.0f} s, store {store.root}")


def _work(recipe: str, overrides: dict[str, Any], start: Stage | None, force: Collection[Stage]) -> None:
    prepare(quiet=True)
    from flows.pipeline import pipeline

    columns = (TextColumn("{task.description:<10}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as shown:
        token = bars.set(shown)
        try:
            pipeline(recipe, overrides=overrides, start=start, force=list(force))
        finally:
            bars.reset(token)


def _show(console: Console, store: Store, steps: Sequence[Step]) -> None:
    made = Table("stage", "table", "version", "rows")
    for step in steps:
        for name, version in (step.made or {}).items():
            made.add_row(step.stage, name, version.version_id, str(version.rows) if version.folder is None else "")
    console.print(made)
    scores = Table("model", "benchmark", "category", "metric", "value", "95 %", "n")
    for version in [step.made["scores"] for step in steps if step.made and "scores" in step.made]:
        for row in store.read(version).to_pylist():
            interval = f"{row['ci_low']:.3f} to {row['ci_high']:.3f}" if row["ci_low"] is not None else ""
            value = f"{row['value']:.3f}" if row["value"] is not None else ""
            scores.add_row(row["model"], row["benchmark"], row["category"], row["metric"], value, interval, str(row["n"]))
    if scores.row_count:
        console.print(scores)
