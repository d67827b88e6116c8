import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.cli import app, overrides
from flows.recipe import RecipeError, recipe_names

COMMANDS = {
    "run",
    "plan",
    "recipes",
    "sql",
    "versions",
    "lineage",
    "show",
    "export",
    "rescore",
    "compare",
    "disputes",
    "behaviour",
    "score",
    "protocols",
    "up",
    "down",
}
MAIN = [sys.executable, "-c", "from flows.cli import main; main()"]


@pytest.fixture(autouse=True)
def _store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOVEA_STORE", str(tmp_path / "store"))


def test_the_commands_are_those_that_are_documented() -> None:
    assert {command.callback.__name__ for command in app.registered_commands if command.callback} == COMMANDS


def test_settings_are_toml_or_else_words() -> None:
    given = overrides(["a.b=1", "c=[1, 2]", "d=some/where", "e=true", "f='x=y'"])
    assert given == {"a.b": 1, "c": [1, 2], "d": "some/where", "e": True, "f": "x=y"}


def test_a_setting_without_value_is_an_error() -> None:
    with pytest.raises(RecipeError, match="key=value"):
        overrides(["curate"])


def test_every_recipe_is_listed() -> None:
    said = CliRunner().invoke(app, ["recipes"]).output
    assert all(name in said for name in recipe_names())


def test_a_plan_of_an_empty_store_has_everything_to_do() -> None:
    assert CliRunner().invoke(app, ["plan", "smoke"]).output.count("to do") == 9


def test_a_plan_says_what_a_run_comes_to_and_what_is_not_here() -> None:
    said = CliRunner().invoke(app, ["plan", "smoke", "--set", "ingest.sources=[{kind='folder', path='nowhere'}]"]).output
    assert "teacher calls" in said
    assert "optimiser" in said
    assert "not here: sources.0: there is no folder" in said


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["plan", "smoke", "--set", "curate.rulez=1"], "curate.rulez"),
        (["run", "nothing"], "no recipe 'nothing'"),
        (["sql", "select nothing from samples"], "nothing"),
        (["lineage", "ver_0"], "ver_0"),
        (["export", "latest", "parquetry", "out"], "there is no export format 'parquetry'; there are sharegpt, verl"),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_code_1(arguments: list[str], expected: str) -> None:
    done = subprocess.run([*MAIN, *arguments], capture_output=True, text=True, check=False)
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert expected in done.stderr
