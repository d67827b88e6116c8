"""The settings in docs/recipes.md and docs/reinforcement.md are taken as they stand there."""

import re
from pathlib import Path

import pytest

from flows.recipe import load_recipe, recipe_names

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = ("recipes.md", "reinforcement.md", "teacher.md", "evaluating.md")
BLOCKS = [block for page in PAGES for block in re.findall(r"^```toml\n(.*?)^```", (DOCS / page).read_text(), re.MULTILINE | re.DOTALL)]
SOURCE = '[ingest]\nsources = [{ kind = "scenes", count = 4, bands = { easy = 1, medium = 1, hard = 1 } }]\n'
STEPS = "\n[reinforce]\nsteps = 1\n"


@pytest.mark.parametrize("block", BLOCKS)
def test_settings_are_those_of_a_recipe(block: str, tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(f"{SOURCE}{'' if '[reinforce]' in block else STEPS}{block}")
    assert load_recipe(path).name == "own"


def test_every_shipped_recipe_of_the_systems_is_told() -> None:
    text = (DOCS / "recipes.md").read_text()
    published = [name for name in recipe_names() if name.endswith("-paper")]
    assert all(f"`{name}`" in text for name in [*published, *(name.removesuffix("-paper") for name in published), "fovea"])


@pytest.mark.parametrize("path", sorted((DOCS / "recipes").glob("*.toml")), ids=lambda path: str(path.stem))
def test_the_recipes_that_documents_are_built_with_load(path: Path) -> None:
    assert load_recipe(path).reinforce is not None
