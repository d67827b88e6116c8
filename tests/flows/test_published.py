"""What the published recipes say to make of public files is what their sources read."""

import json
import re
from pathlib import Path
from typing import Any

import duckdb
import pytest
from PIL import Image

from data.sources.config import IngestConfig
from data.sources.ingest import read_source
from data.sources.problem import Problem
from flows.estimate.samples import dataset_of
from flows.recipe import RECIPES, load_recipe

BOX = [10, 20, 300, 400]
PUBLISHED: dict[str, dict[str, list[dict[str, Any]]]] = {
    "univg_r1-paper": {
        "stage2_rl.json": [{"question": "<image>\nWhere is it?", "answer": BOX, "images": ["images/a.png"]}],
        "revised_MIG_bench.json": [{"question": "Where?", "answer": BOX, "images": ["images/a.png"], "task": "diff"}],
    },
    "ivgr-paper": {
        "gvqa_and_mathdata.parquet": [
            {
                "datasource": name,
                "query": "Which?",
                "answer": "red",
                "images": ["images/a.png"],
                "target_instances": [{"bbox": [1, 2, 30, 40]}],
            }
            for name in ("treevgr", "ours_tqa")
        ]
    },
}
"""Rows of the published files, by recipe and file."""


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_files_that_a_published_recipe_says_to_make_are_read(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = load_recipe(name)
    folder = tmp_path / "published" / name.removesuffix("-paper")
    (folder / "images").mkdir(parents=True)
    Image.new("RGB", (600, 600)).save(folder / "images" / "a.png")
    monkeypatch.chdir(folder)
    for file, rows in PUBLISHED[name].items():
        write(Path(file), rows)
    for command in commands(name):
        duckdb.sql(command)
    monkeypatch.chdir(tmp_path)
    made = IngestConfig(sources=[source for source in recipe.ingest.sources if source.kind == "parquet"])
    for source in made.sources:
        (problem,) = read_source(source, made.max_image_pixels)
        assert isinstance(problem, Problem), problem
        assert problem.dataset == dataset_of(source)
        assert source.split == "test" or problem.dataset in (recipe.reinforce.datasets or [] if recipe.reinforce else [])


def commands(name: str) -> list[str]:
    """What the first lines of a recipe ask DuckDB."""
    text = (RECIPES / f"{name}.toml").read_text()
    return re.findall(r'duckdb -c "(.*?)"$', re.sub(r"\n#     ", " ", text), re.MULTILINE)


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    """Rows as JSON, or as Parquet by way of it."""
    path.with_suffix(".json").write_text(json.dumps(rows))
    if path.suffix == ".parquet":
        duckdb.sql(f"copy (from '{path.with_suffix('.json')}') to '{path}'")
