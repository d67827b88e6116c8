"""Stages on a copy of the made store."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from data.config import Section
from data.store import Store
from models.student.config import StudentConfig
from tasks.run import StageRun
from tasks.stage import FORMS, Order, Stage

StageRuns = Callable[..., StageRun]


@pytest.fixture
def stage_run(made_store: Store, tmp_path: Path) -> StageRuns:
    """Makes a run of a stage that reads the newest versions of a copied store."""
    shutil.copytree(made_store.root, tmp_path / "store")
    store = Store.open(tmp_path / "store")

    def make(stage: Stage, config: Section, *, student: StudentConfig | None = None, without: tuple[str, ...] = ()) -> StageRun:
        inputs = {name: store.resolve(name) for name in FORMS[stage].inputs if name not in without}
        settings: dict[str, Any] = config.model_dump(mode="json")
        return StageRun(store, Order(stage, "test", config, student or StudentConfig(), inputs, settings=settings), f"run_{stage:_>26}")

    return make
