"""Session: a pipeline run at a terminal: bars while it works, then what became of each stage, the scores, and where the report is."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from data.store import Store, Version
from flows.environment import prepare
from flows.plan import Fate, Step, plan
from flows.recipe import load_recipe
from flows.terminal import console, counted, table
from models.teacher.call import RequestStatus
from tasks.progress import bars
from tasks.reporting.facts import BANDED
from tasks.stage import Stage, report_path

DONE = {Fate.FOUND, Fate.TAKEN}
TOLD_APART = ["protocol", "mode"]
"""Columns of scores that are shown where they tell figures apart."""
NOTED = ("samples", "requests")
"""Tables whose run may have a note for a person."""
LONG_TABLE = 40
"""Scores beyond which those by difficulty band are left out."""
SCORE_COLUMNS = ["model", "benchmark", "category", "metric", "value", "ci_low", "ci_high", "n"]


def run_recipe(recipe: str, overrides: dict[str, Any], start: Stage | None, force: Collection[Stage]) -> None:
    """Run a recipe and show it. Where every version exists nothing is started, Prefect included."""
    began = time.monotonic()
    settings = load_recipe(recipe, overrides)
    store = Store.open()
    steps = plan(store, settings, start, force)
    if any(step.fate not in DONE for step in steps):
        _work(recipe, overrides, start, force)
        steps = plan(store, settings, start)
    _show(store, steps)
    out = console()
    out.print(f"{settings.name}: {time.monotonic() - began:.0f} s, store {store.root}")
    for step in steps:
        if step.stage is Stage.REPORT and step.key is not None:
            out.print(f"report: {report_path(store.root, step.key)}")


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


def _show(store: Store, steps: Sequence[Step]) -> None:
    out = console()
    made = [(step.stage, name, version) for step in steps for name, version in (step.made or {}).items()]
    out.print(table(["stage", "made", "version", "rows"], [(stage, name, one.version_id, counted(one)) for stage, name, one in made]))
    for stage, name, version in made:
        if name == "requests" and (failed := failed_samples(store, version)):
            again = "; --force generate asks those again and no other" if stage is Stage.GENERATE else ""
            out.print(f"{stage}: calls for {failed} samples failed{again}\n")
        if name in NOTED and (note := store.run(version.run_id).recorded().get("note")):
            out.print(f"{stage}: {note}\n")
    for sentence in _rejected(store, made):
        out.print(sentence)
    scores = [row for _, name, version in made if name == "scores" for row in store.read(version).to_pylist()]
    shown = [row for row in scores if len(scores) <= LONG_TABLE or not re.match(BANDED, row["category"])]
    if shown:
        names = [*(name for name in TOLD_APART if len({row[name] for row in shown}) > 1), *SCORE_COLUMNS]
        out.print(table(names, [[row[name] for name in names] for row in shown]))
    if len(shown) < len(scores):
        out.print(f"{len(scores) - len(shown)} scores by difficulty band are in the report and in the table scores\n")


def _rejected(store: Store, made: Sequence[tuple[Stage, str, Version]]) -> Iterator[str]:
    """How many rows a stage rejected, with an example of each reason."""
    for stage, name, version in made:
        if name != "rejects" or not version.rows:
            continue
        rows = store.read(version, columns=["reason", "locator", "detail"]).to_pylist()
        first = {row["reason"]: row for row in reversed(rows)}
        yield f"{stage}: {len(rows)} rows were rejected"
        for reason, count in Counter(row["reason"] for row in rows).most_common():
            yield f"  {count} {reason}: {first[reason]['locator']}: {first[reason]['detail']}"
        yield ""


def failed_samples(store: Store, version: Version) -> int:
    """How many samples have a call of this version of ``requests`` that failed and was not answered since."""
    last = {row["request_id"]: row for row in store.requests()}
    ids = store.read(version, columns=["request_id"]).column("request_id").to_pylist()
    return len({last[name]["sample_id"] for name in ids if last[name]["status"] == RequestStatus.FAILED})
