"""The example of docs/own-data.md is taken as it stands there."""

import json
import re
from pathlib import Path

import pytest
from PIL import Image

from data.sources.config import FolderConfig
from data.sources.folder import read_folder
from data.sources.problem import Problem
from flows.recipe import load_recipe

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "own-data.md").read_text()
LINES = re.search(r"^```json\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
RECIPES = re.findall(r"^```toml\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder that the example describes, its images black."""
    assert LINES is not None
    (tmp_path / "samples.jsonl").write_text(LINES[1])
    for line in LINES[1].splitlines():
        path = tmp_path / json.loads(line)["image"]
        path.parent.mkdir(exist_ok=True)
        Image.new("RGB", (640, 480)).save(path)
    return tmp_path


def test_every_problem_is_taken(folder: Path) -> None:
    rows = list(read_folder(FolderConfig(path=folder), max_pixels=1_000_000))
    assert [type(row) for row in rows] == [Problem, Problem, Problem]


def test_the_recipe_loads(tmp_path: Path) -> None:
    path = tmp_path / "animals.toml"
    path.write_text(RECIPES[0])
    assert load_recipe(path).evaluate.benchmarks == ["own"]


def test_the_teacher_can_be_another(tmp_path: Path) -> None:
    path = tmp_path / "animals.toml"
    first = RECIPES[0].replace('[generate]\nmethod = "rationalize"\n', RECIPES[1])
    path.write_text(first)
    assert load_recipe(path).generate.teacher.provider == "openai"
