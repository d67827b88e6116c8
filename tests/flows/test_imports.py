"""Imports run one way, and what must stay light does."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ORDER = ["data", "models", "tasks", "flows"]
HEAVY = {"torch", "prefect", "openai", "transformers", "trl"}
LIGHT = [
    "data",
    "data.store",
    "data.catalog",
    "data.dialects",
    "data.benchmarks.lines",
    "models.training.rewards",
    "models.training.samplers",
    "flows.recipe",
    "flows.settings",
    "flows.plan",
    "flows.estimate",
    "flows.needs",
    "flows.behaviour",
    "flows.rescoring",
    "flows.scoring",
    "flows.cli",
    "flows.session",
    "tasks.run",
    "tasks.stage",
]
CONFIGS = [".".join(path.relative_to(ROOT).with_suffix("").parts) for package in ORDER for path in (ROOT / package).rglob("config.py")]


def imported(path: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text())))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    return {name.split(".")[0] for name in names}


@pytest.mark.parametrize("package", ORDER)
def test_imports_run_one_way(package: str) -> None:
    above = set(ORDER[ORDER.index(package) + 1 :])
    strays = {str(path): found for path in (ROOT / package).rglob("*.py") if (found := imported(path) & above)}
    assert not strays


@pytest.mark.parametrize("module", LIGHT + CONFIGS)
def test_a_light_module_loads_nothing_heavy(module: str) -> None:
    ask = f"import sys, {module}; print(*set(sys.modules) & {HEAVY})"
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.split() == []


def test_the_keys_of_a_whole_recipe_load_nothing_heavy() -> None:
    ask = f"""
import sys
from flows.recipe import load_recipe
from flows.walk import order_for
from tasks.stage import Stage
assert len({{order_for(stage, load_recipe("smoke"), []).key for stage in Stage}}) == len(Stage)
print(*set(sys.modules) & {HEAVY})
"""
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.split() == []
