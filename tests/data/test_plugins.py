"""What a recipe takes from outside the project."""

from pathlib import Path

import pytest

from data.plugins import PluginError, load_plugins, plugin_hashes
from flows.recipe import RecipeError, load_recipe
from flows.settings import keyed_settings
from models.training.samplers import SAMPLERS
from tasks.stage import Stage

CONSTANT = """
from models.training.samplers import register
from models.training.samplers.uniform import Uniform

register("{0}")(Uniform)
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def test_a_sampler_from_outside_is_named_in_a_recipe(folder: Path) -> None:
    (folder / "constant_draws.py").write_text(CONSTANT.format("constant_draws"))
    settings = {"reinforce.sampler.name": "constant_draws"}
    with pytest.raises(RecipeError, match="there is no sampler 'constant_draws'"):
        load_recipe("smoke", settings)
    assert load_recipe("smoke", settings | {"reinforce.plugins": ["constant_draws"]}).reinforce
    del SAMPLERS["constant_draws"]


def test_a_plugin_that_is_not_there_is_named() -> None:
    with pytest.raises(RecipeError, match=r"reinforce\.plugins: plugin 'nowhere\.at_all' cannot be imported"):
        load_recipe("smoke", {"reinforce.plugins": ["nowhere.at_all"]})


def test_a_changed_plugin_is_another_key(folder: Path) -> None:
    (folder / "quiet_plugin.py").write_text("SAID = 1\n")
    recipe = load_recipe("smoke", {"evaluate.plugins": ["quiet_plugin"]})
    before = keyed_settings(Stage.EVALUATE, recipe)["plugins"]
    (folder / "quiet_plugin.py").write_text("SAID = 2\n")
    assert before.keys() == {"quiet_plugin"}
    assert keyed_settings(Stage.EVALUATE, recipe)["plugins"] != before


def test_what_has_no_file_is_no_plugin() -> None:
    load_plugins(["sys"])
    with pytest.raises(PluginError, match="plugin 'sys' has no file"):
        plugin_hashes(["sys"])
