"""Walk: the pipeline as an algorithm. ``walk`` says which stage reads what; who *does* the stages decides what that means.

What a stage made is its versions by table. ``None`` is not made yet: a plan does not know the keys beyond it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from data.store import Manifest, Store, Version
from data.tables import CHECKPOINTS
from flows.recipe import Recipe
from flows.settings import keyed_settings, prompt_hashes, section
from tasks.stage import FORMS, Order, Stage

Made = Mapping[str, Version]
PRETRAINED = "pretrain"
"""The student's base that the pretrain stage makes."""
FROM_TRACES = {"imported", "textualize"}
"""Methods of generation that go on from traces."""
ABSENT: Made = {}
"""What a stage made that the recipe leaves out."""


class Do(Protocol):
    """Does a stage on what earlier stages made, later ones first in rank where two made the same table."""

    def __call__(self, stage: Stage, *given: Made | None) -> Made | None:
        """The versions it made by table; None where that is not known yet."""


def walk(recipe: Recipe, do: Do) -> None:
    """Every stage of a recipe, in order."""
    ingested = do(Stage.INGEST)
    has_chains = makes_chains(recipe)
    generated = do(Stage.GENERATE, ingested) if has_chains else ABSENT
    curated = do(Stage.CURATE, ingested, generated) if has_chains else ABSENT
    published = do(Stage.PUBLISH, ingested, generated, curated) if has_chains else ABSENT
    pretrained = do(Stage.PRETRAIN) if recipe.pretrain else ABSENT
    finetuned = do(Stage.FINETUNE, published, pretrained) if recipe.finetune else ABSENT
    student = finetuned if recipe.finetune else pretrained
    reinforced = do(Stage.REINFORCE, ingested, student) if recipe.reinforce else ABSENT
    students = {Stage.PRETRAIN: pretrained, Stage.FINETUNE: finetuned, Stage.REINFORCE: reinforced}
    measured = [made for stage, made in students.items() if made is not ABSENT and stage in recipe.evaluate.checkpoints]
    evaluated = [do(Stage.EVALUATE, ingested, made) for made in measured]
    if recipe.evaluate.endpoint is not None:
        evaluated.append(do(Stage.EVALUATE, ingested))
    do(Stage.REPORT, ingested, generated, curated, published, pretrained, finetuned, reinforced, *evaluated)


def makes_chains(recipe: Recipe) -> bool:
    """Whether a recipe wants traces: it says something of them, trains somebody, or does anything but ask an endpoint."""
    asks_alone = recipe.evaluate.endpoint is not None and not recipe.evaluate.checkpoints
    trains = any((recipe.pretrain, recipe.finetune, recipe.reinforce))
    return trains or not asks_alone or bool(recipe.model_fields_set & {"generate", "curate", "publish"})


def tables_read(stage: Stage, recipe: Recipe) -> tuple[str, ...]:
    """The tables (or ``checkpoints``) that a stage of this recipe reads."""
    left_out = set()
    if stage is Stage.GENERATE and recipe.generate.method not in FROM_TRACES:
        left_out.add("traces")
    if stage is Stage.FINETUNE and recipe.student.base != PRETRAINED:
        left_out.add(CHECKPOINTS)
    if stage is Stage.EVALUATE and recipe.evaluate.endpoint is not None and not recipe.evaluate.checkpoints:
        left_out.add(CHECKPOINTS)
    return tuple(table_name for table_name in FORMS[stage].inputs if table_name not in left_out)


def order_for(stage: Stage, recipe: Recipe, given: list[Made]) -> Order:
    """The order for a stage on what others made."""
    taken = [(name, version) for made in given for name, version in made.items() if name in tables_read(stage, recipe)]
    inputs = dict(taken)
    further = [version for name, version in taken if inputs[name] != version] if stage is Stage.REPORT else []
    return Order(
        stage=stage,
        recipe=recipe.name,
        config=section(stage, recipe),
        student=recipe.student,
        inputs=inputs,
        settings=_settings(stage, recipe, inputs),
        prompt_hashes=prompt_hashes(stage, recipe),
        further=tuple(further),
        description=recipe.description,
    )


def _settings(stage: Stage, recipe: Recipe, inputs: Made) -> dict[str, Any]:
    """What decides the result. A checkpoint brings its own settings, and its answers are the same whatever endpoint is asked beside it; how
    an endpoint is asked, the recipe's student says."""
    settings = keyed_settings(stage, recipe)
    if stage is not Stage.EVALUATE:
        return settings
    asked = {"endpoint", "budget"} if CHECKPOINTS in inputs else set()
    shown = {} if CHECKPOINTS in inputs else {"student": recipe.student.model_dump(mode="json")}
    return {name: value for name, value in settings.items() if name not in asked} | shown


def with_newest(store: Store, stage: Stage, recipe: Recipe, given: list[Made]) -> list[Made]:
    """``given``, and the newest version of each table that the stage reads and nobody gave. Raises ``UnknownVersionError``."""
    known = {name for made in given for name in made}
    wanted = () if stage is Stage.REPORT else tables_read(stage, recipe)
    return [{name: store.resolve(name) for name in wanted if name not in known}, *given]


def made_before(store: Store, stage: Stage, recipe: Recipe, given: list[Made]) -> Manifest | None:
    """What the stage made last of the same inputs, with whatever settings.

    A stage without inputs is found by its key first, and else among what runs of the same recipe made or read.
    """
    order = order_for(stage, recipe, given)
    parents = {version.version_id for version in order.parents}
    found = store.find(order.key) if not parents else None
    candidates = [manifest for manifest in store.manifests() if manifest.stage == stage and _parents(manifest) == parents]
    if not parents and found is None:
        touched = _touched(store, recipe)
        candidates = [manifest for manifest in candidates if touched & _ids(manifest)]
    return found or next((manifest for manifest in reversed(candidates) if store.is_whole(manifest)), None)


def _touched(store: Store, recipe: Recipe) -> set[str]:
    """Ids of the versions that runs of a recipe made, and of those that they read: another recipe's run may have made these."""
    own = [manifest for manifest in store.manifests() if store.run(manifest.run_id).recorded().get("recipe") == recipe.name]
    return {version_id for manifest in own for version_id in _ids(manifest) | _parents(manifest)}


def _ids(manifest: Manifest) -> set[str]:
    return {version.version_id for version in manifest.outputs.values()}


def _parents(manifest: Manifest) -> set[str]:
    return {parent for version in manifest.outputs.values() for parent in version.parents}
