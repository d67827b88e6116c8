import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from prefect.utilities.timeout import timeout

from flows.needs import needs, needs_gpu
from flows.pipeline import pipeline
from flows.recipe import load_recipe, recipe_names
from flows.stages import FLOWS
from tasks.child import run_child
from tasks.stage import Stage

FILE = Path(__file__).resolve().parents[2] / "prefect.yaml"


@pytest.fixture(scope="module")
def deployments() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(FILE.read_text())["deployments"]
    return found


def test_every_stage_is_a_deployment_and_every_recipe_that_needs_no_gpu(deployments: list[dict[str, Any]]) -> None:
    names = {(one["entrypoint"].split(":")[1], one["name"]) for one in deployments}
    able = {name for name in recipe_names() if not needs_gpu(load_recipe(name))}
    assert names == {(str(stage), "local") for stage in Stage} | {("pipeline", name) for name in able}


def test_a_published_recipe_is_no_deployment_and_says_what_it_needs() -> None:
    published = [name for name in recipe_names() if name.endswith("-paper")]
    assert published
    for name in published:
        assert {"GPU", "data"} <= set(needs(load_recipe(name)))
        assert name.removesuffix("-paper") in recipe_names()


def test_every_deployment_has_tags_a_recipe_and_a_limit(deployments: list[dict[str, Any]]) -> None:
    for one in deployments:
        assert "fovea" in one["tags"]
        assert one["parameters"]["recipe"] in recipe_names()
        assert one["concurrency_limit"] == {"limit": 1, "collision_strategy": "ENQUEUE"}


def test_a_flow_that_takes_too_long_ends_its_child(tmp_path: Path) -> None:
    log, began = tmp_path / "log", time.monotonic()
    with pytest.raises(TimeoutError), timeout(0.5), timeout(60):
        run_child([sys.executable, "-c", "import time; time.sleep(30)"], log)
    with pytest.raises(TimeoutError), timeout(60), timeout(0.5):
        run_child([sys.executable, "-c", "import time; time.sleep(30)"], log)
    assert time.monotonic() - began < 20


def test_every_flow_has_a_timeout() -> None:
    assert set(FLOWS) == set(Stage)
    assert all(getattr(flow, "timeout_seconds", None) for flow in [*FLOWS.values(), pipeline])
