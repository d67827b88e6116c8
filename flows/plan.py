"""Plan: what a pipeline run would do, stage by stage, without doing it. Loads neither prefect nor torch."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from data.store import Manifest, Store
from flows.recipe import Recipe, RecipeError
from flows.walk import Made, made_before, order_for, walk
from tasks.stage import Stage


class Fate(StrEnum):
    """What becomes of a stage."""

    FOUND = "found"
    """Its key has a version: nothing to do."""
    TAKEN = "taken"
    """It is upstream of ``--from``: its newest version is taken as it is."""
    TO_DO = "to do"
    """It will run."""
    FORCED = "forced"
    """It will run although its key has a version."""


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of a plan."""

    stage: Stage
    fate: Fate
    key: str | None = None
    """None where it depends on what earlier stages will make."""
    made: Made | None = None


@dataclass
class Planner:
    """Does stages by looking."""

    store: Store
    recipe: Recipe
    start: Stage | None = None
    force: Collection[Stage] = ()
    steps: list[Step] = field(default_factory=list)

    def __call__(self, stage: Stage, *given: Made | None) -> Made | None:
        step = self._step(stage, [made for made in given if made is not None], all_known=None not in given)
        self.steps.append(step)
        return step.made

    def _step(self, stage: Stage, given: list[Made], *, all_known: bool) -> Step:
        if is_upstream(stage, self.start):
            upstream = taken(self.store, stage, self.recipe, given)
            return Step(stage, Fate.TAKEN, upstream.stage_key, upstream.outputs)
        if not all_known:
            return Step(stage, Fate.TO_DO)
        order = order_for(stage, self.recipe, given)
        if stage in self.force:
            return Step(stage, Fate.FORCED, order.key)
        manifest = self.store.find(order.key)
        return Step(stage, Fate.FOUND, order.key, manifest.outputs) if manifest else Step(stage, Fate.TO_DO, order.key)


def plan(store: Store, recipe: Recipe, start: Stage | None = None, force: Collection[Stage] = ()) -> Sequence[Step]:
    """The fate of every stage of the recipe, in order."""
    planner = Planner(store, recipe, start, force)
    walk(recipe, planner)
    return planner.steps


def taken(store: Store, stage: Stage, recipe: Recipe, given: list[Made]) -> Manifest:
    """What a stage upstream of ``--from`` made last. Raises ``RecipeError`` where it made nothing."""
    manifest = made_before(store, stage, recipe, given)
    if manifest is None:
        raise RecipeError(f"recipe {recipe.name} has no {stage} to take from {store.root}; run it without --from first")
    return manifest


def is_upstream(stage: Stage, start: Stage | None) -> bool:
    """Whether a stage comes before the one a run starts from."""
    order = list(Stage)
    return start is not None and order.index(stage) < order.index(start)
