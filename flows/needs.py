"""Needs: what a recipe wants that neither this project nor a machine without a GPU brings."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from data.sources.presence import absent
from flows.estimate.samples import dataset_of
from flows.recipe import Recipe
from flows.walk import PRETRAINED
from models.teacher.config import EMBEDDED, TeacherConfig

IMPORTED = "imported"
GPU, DATA, ENDPOINT = "GPU", "data", "endpoint"
"""What a list of recipes says in a word."""


def needs(recipe: Recipe) -> list[str]:
    """In words: a GPU, data that is not drawn, an endpoint that is not the embedded one."""
    wanted = {
        GPU: needs_gpu(recipe),
        DATA: any(source.kind != "scenes" for source in recipe.ingest.sources),
        ENDPOINT: bool(_endpoints(recipe)),
    }
    return [name for name, is_wanted in wanted.items() if is_wanted]


def needs_gpu(recipe: Recipe) -> bool:
    """Whether it trains a published model; the tiny student and a teacher's half are trained on any machine."""
    trains = recipe.finetune is not None or recipe.reinforce is not None
    return trains and recipe.student.base != PRETRAINED


def lacking(recipe: Recipe) -> list[str]:
    """A sentence for each thing that is not on this machine, or that no source brings. Nothing is asked of any network."""
    return [
        *absent(recipe.ingest),
        *_datasets(recipe),
        *_weights(recipe),
        *(found for name, teacher in _endpoints(recipe) for found in _endpoint(name, teacher)),
    ]


def _datasets(recipe: Recipe) -> Iterator[str]:
    brought = {dataset_of(source) for source in recipe.ingest.sources}
    wanted = {"generate": recipe.generate.datasets, "reinforce": recipe.reinforce.datasets if recipe.reinforce else None}
    for stage, names in wanted.items():
        for name in sorted(set(names or ()) - brought):
            yield f"{stage}.datasets: no source brings {name!r}; they bring {', '.join(sorted(brought))}"


def _weights(recipe: Recipe) -> Iterator[str]:
    base = recipe.student.base
    if base != PRETRAINED and not Path(base).is_dir():
        yield f"student.base: {base} is loaded from the hub"
    if needs_gpu(recipe):
        yield "student.base: a published model is trained on a GPU; see the memory that it takes"


def _endpoints(recipe: Recipe) -> list[tuple[str, TeacherConfig]]:
    judges = {"curate": recipe.curate.asked_judge, "reinforce": recipe.reinforce.judge if recipe.reinforce else None}
    asked = [("generate.teacher", recipe.generate.teacher)] if set(recipe.generate.methods) != {IMPORTED} else []
    asked += [(f"{stage}.judge.teacher", judge.teacher) for stage, judge in judges.items() if judge and judge.strategy == "model"]
    if recipe.evaluate.endpoint is not None:
        asked.append(("evaluate.endpoint", recipe.evaluate.endpoint))
    return [(name, teacher) for name, teacher in asked if teacher.provider != EMBEDDED or teacher.base_url is not None]


def _endpoint(name: str, teacher: TeacherConfig) -> Iterator[str]:
    if teacher.base_url is None:
        yield f"{name}: there is no base URL for the provider {teacher.provider!r}; set {name}.base_url"
    else:
        yield f"{name}: {teacher.model} is asked at {teacher.base_url}"
    if teacher.provider != EMBEDDED and teacher.key_variable not in os.environ:
        yield f"{name}: {teacher.key_variable} is not set; a Prefect Secret may hold the key"
