"""What docs/exports.md says of exports is so."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from data.dialects import DIALECTS
from data.export import FORMATS, reward
from data.publishing.config import Column
from flows.recipe import load_recipe
from tasks.export import export_version
from tests.data.export.conftest import Made, made

__all__ = ["made"]
ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "exports.md").read_text()


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


LLAMA_FACTORY, VERL, EASYR1 = map(yaml.safe_load, blocks("yaml"))


def test_every_format_is_shown() -> None:
    assert {line.split()[3] for block in blocks("sh") for line in block.splitlines()} == set(FORMATS)


def test_the_lists_are_called_as_they_are_written(made: Made, tmp_path: Path) -> None:
    parts = export_version(made.store, "latest", "sharegpt", tmp_path / "out").parts
    assert {f"fovea_{part.config}_{part.split}" for part in parts} == {f"fovea_{part.path.stem}" for part in parts}
    dialects = {LLAMA_FACTORY[name].split("_", 1)[1].rsplit("_", 1)[0] for name in ("dataset", "eval_dataset")}
    assert dialects <= set(DIALECTS)


def test_the_columns_and_functions_are_there(made: Made, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    folder = export_version(made.store, "latest", "verl", tmp_path / "out").folder
    for config in (VERL, EASYR1):
        columns = pq.read_schema(folder / Path(config["data"]["train_files"]).name).names
        assert {config["data"][key] for key in config["data"] if key.endswith("_key")} <= set(columns)
    path, _, name = EASYR1["worker"]["reward"]["reward_function"].partition(":")
    assert {path, VERL["custom_reward_function"]["path"]} == {"fovea/data/export/reward.py"}
    assert all(callable(getattr(reward, found)) for found in (name, VERL["custom_reward_function"]["name"]))


def test_the_store_is_read_as_it_is(made: Made, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FOVEA_STORE", str(made.store.root))
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path)
    (code,) = blocks("python")
    found: dict[str, Any] = {}
    exec(code, found)
    assert set(found["training"]["split"]) == {"train"}
    assert found["training"][0]["images"][0].size == (100, 60)


def test_the_balance_can_be_set(tmp_path: Path) -> None:
    (text,) = blocks("toml")
    path = tmp_path / "mine.toml"
    path.write_text((ROOT / "flows" / "recipes" / "smoke.toml").read_text() + text)
    assert set(load_recipe(path).publish.balance) == {Column.METHOD, Column.CATEGORY}
