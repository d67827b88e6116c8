"""Pipeline: every stage of a recipe. The algorithm is ``flows.walk.walk``; a stage whose key has a version starts no flow."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from flows.environment import prepare

prepare()

from prefect import flow  # noqa: E402

from data.identity import canonical_json, new_run_id  # noqa: E402
from data.store import Store  # noqa: E402
from flows.plan import Fate, Step, is_upstream, taken  # noqa: E402
from flows.recipe import Recipe, load_recipe  # noqa: E402
from flows.timeouts import PIPELINE_TIMEOUT_S  # noqa: E402
from flows.walk import Made, order_for, walk  # noqa: E402
from tasks.progress import Progress, show_table  # noqa: E402
from tasks.run import Record, parent_run, settle  # noqa: E402
from tasks.stage import Order, Stage  # noqa: E402


@dataclass
class Walker:
    """Does stages by running their flows."""

    store: Store
    recipe: Recipe
    source: str
    """Name or path of the recipe."""
    overrides: dict[str, Any] | None
    start: Stage | None = None
    force: Collection[Stage] = ()
    steps: list[Step] = field(default_factory=list)

    def __call__(self, stage: Stage, *given: Made | None) -> Made | None:
        known = [made for made in given if made is not None]
        if is_upstream(stage, self.start):
            return self._noted(stage, Fate.TAKEN, taken(self.store, stage, self.recipe, known).outputs)
        order = order_for(stage, self.recipe, known)
        forced = stage in self.force
        if not forced and (found := self.store.find(order.key)):
            settle(self.store, found)
            return self._noted(stage, Fate.FOUND, found.outputs, order.key)
        self._run(order, forced=forced)
        made = self.store.find(order.key)
        return self._noted(stage, Fate.FORCED if forced else Fate.TO_DO, made.outputs if made else None, order.key)

    def _run(self, order: Order, *, forced: bool) -> None:
        from flows.stages import FLOWS

        references: dict[str, Any] = {name: version.version_id for name, version in order.inputs.items()}
        if "checkpoints" in references:
            references["checkpoint"] = references.pop("checkpoints")
        if order.stage is Stage.REPORT:
            references = {"versions": [version.version_id for version in (*order.further, *order.inputs.values())]}
        FLOWS[order.stage](recipe=self.source, overrides=self.overrides, force=forced, **references)

    def _noted(self, stage: Stage, fate: Fate, made: Made | None, key: str | None = None) -> Made | None:
        self.steps.append(Step(stage, fate, key, made))
        return made


@flow(name="pipeline", timeout_seconds=PIPELINE_TIMEOUT_S)
def pipeline(
    recipe: str, overrides: dict[str, Any] | None = None, start: Stage | None = None, force: list[Stage] | None = None
) -> dict[str, dict[str, str]]:
    """Every stage of a recipe, from ``start`` on with what is upstream taken as it is; version ids by stage and table."""
    settings = load_recipe(recipe, overrides)
    store = Store.open()
    walker = Walker(store, settings, recipe, overrides, start, force or ())
    fields = {"stage": "pipeline", "recipe": settings.name, "config": canonical_json(settings.model_dump(mode="json")), "inputs": "{}"}
    record = Record(store.run(new_run_id()), fields, Progress(is_shown=False))
    with record:
        token = parent_run.set(record.folder.run_id)
        try:
            walk(settings, walker)
        finally:
            parent_run.reset(token)
    show_table("pipeline", [_row(step) for step in walker.steps], "What became of each stage.")
    return {step.stage: {name: version.version_id for name, version in (step.made or {}).items()} for step in walker.steps}


def _row(step: Step) -> dict[str, str]:
    made = ", ".join(f"{name} {version.version_id}" for name, version in (step.made or {}).items())
    return {"stage": step.stage, "fate": step.fate, "made": made}
