"""The example of docs/own-benchmark.md is taken as it stands there."""

import json
import re
from pathlib import Path

import pytest
from PIL import Image

from data.benchmarks.published.mapped.config import ChoicesConfig, ColumnsConfig
from data.benchmarks.registry import find_benchmark
from data.sources.config import IngestConfig, PublishedConfig
from data.sources.ingest import read_source
from data.sources.problem import Problem, Reason, Reject
from flows.recipe import Recipe, load_recipe
from flows.settings import keyed_settings
from tasks.stage import Stage

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "own-benchmark.md").read_text()
LINES = re.findall(r"^```json\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)[0]
MAP, RECIPE = re.findall(r"^```toml\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
KEYS = re.findall(r"^\| `([a-z_.]+)` \|", TEXT, re.MULTILINE)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which the example is run, its images black."""
    kites = tmp_path / "kites"
    (kites / "images").mkdir(parents=True)
    (kites / "kites.toml").write_text(MAP)
    (kites / "questions.jsonl").write_text(LINES)
    for line in LINES.splitlines():
        Image.new("RGB", (64, 48)).save(kites / json.loads(line)["picture"])
    (tmp_path / "ask-kites.toml").write_text(RECIPE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def recipe(folder: Path) -> Recipe:
    return load_recipe(folder / "ask-kites.toml")


def taken(recipe: Recipe) -> list[Problem | Reject]:
    [source] = recipe.ingest.sources
    return list(read_source(source, 1_000_000))


def test_the_records_become_problems_and_the_faulty_one_a_reject(recipe: Recipe) -> None:
    first, second, reject = taken(recipe)
    assert isinstance(first, Problem)
    assert isinstance(second, Problem)
    assert isinstance(reject, Reject)
    assert (first.dataset, first.answer, first.category, first.meta["record"]) == ("kites", "the blue one", "height", "k1")
    assert (reject.locator, reject.reason) == ("questions.jsonl:3", Reason.ANSWER_NOT_A_CHOICE)


def test_the_problems_are_items_of_the_benchmark(recipe: Recipe) -> None:
    benchmark = find_benchmark(recipe.evaluate.benchmarks[0], recipe.evaluate.protocols)
    samples = [item.sample() for item in taken(recipe) if isinstance(item, Problem)]
    assert sorted(benchmark.kind(item) for item in benchmark.items(samples, recipe.evaluate.splits, None)) == ["height", "number"]


@pytest.mark.parametrize("stage", [Stage.INGEST, Stage.EVALUATE])
def test_the_bytes_of_the_map_are_part_of_the_key(stage: Stage, recipe: Recipe, folder: Path) -> None:
    before = keyed_settings(stage, recipe)
    assert keyed_settings(stage, recipe) == before
    (folder / "kites" / "kites.toml").write_text(MAP.replace("{{- letter }}.", "{{- letter }})"))
    assert keyed_settings(stage, recipe)["maps"] != before["maps"]


def test_a_recipe_without_a_map_has_the_key_it_had() -> None:
    assert "maps" not in keyed_settings(Stage.INGEST, load_recipe("smoke"))
    assert "maps" not in keyed_settings(Stage.EVALUATE, load_recipe("smoke"))


def test_a_map_that_is_not_there_is_named_before_anything_runs(folder: Path) -> None:
    (folder / "kites" / "kites.toml").unlink()
    with pytest.raises(ValueError, match=r"evaluate\.benchmarks: .*kites\.toml cannot be read"):
        load_recipe(folder / "ask-kites.toml")


def test_the_source_is_one_of_a_published_set(recipe: Recipe) -> None:
    assert isinstance(recipe.ingest, IngestConfig)
    assert isinstance(recipe.ingest.sources[0], PublishedConfig)


def test_every_column_is_in_the_table() -> None:
    own = set(ColumnsConfig.model_fields) | {f"choices.{name}" for name in ChoicesConfig.model_fields}
    assert set(KEYS) == own - {"choices.columns"}
