"""Who judges, as a command is told."""

from collections.abc import Callable
from pathlib import Path

import pytest

from flows.asking import read_judge
from flows.recipe import RecipeError, load_recipe
from flows.rescoring import read_rewards
from models.teacher.judge.config import AskedConfig


def test_nobody_is_asked_unless_it_is_said() -> None:
    assert read_judge(None, {}) is None
    with pytest.raises(RecipeError, match=r"judge\.samples says how a judge is asked, and none is named; add --judge"):
        read_judge(None, {"judge.samples": 2})


def test_a_word_names_provider_and_model_and_settings_are_laid_over_it() -> None:
    judge = read_judge("here/Qwen/Qwen3-VL", {"judge.teacher.base_url": "http://x/v1", "judge.budget.calls": 5})
    assert judge is not None
    assert (judge.teacher.provider, judge.teacher.model, judge.teacher.base_url) == ("here", "Qwen/Qwen3-VL", "http://x/v1")
    assert (judge.budget.calls, judge.teacher.temperature) == (5, 0.0)
    assert read_judge("embedded", {}) == AskedConfig()


def test_a_file_says_it_as_a_recipe_does(tmp_path: Path) -> None:
    path = tmp_path / "judge.toml"
    path.write_text('[judge]\nsamples = 3\n[judge.teacher]\nprovider = "p"\nmodel = "m"\n')
    judge = read_judge(str(path), {"judge.teacher.model": "n"})
    assert judge is not None
    assert (judge.samples, judge.teacher.provider, judge.teacher.model) == (3, "p", "n")


@pytest.mark.parametrize(
    ("who", "settings", "expected"),
    [
        ("openai", {}, "a judge is embedded, PROVIDER/MODEL or FILE.toml, not 'openai'"),
        ("none.toml", {}, "there is no file none.toml"),
        (
            "p/m",
            {"judge.teacher.api_key": "sk-1"},
            r"the judge p/m: judge\.teacher\.api_key: there is no such setting; there are attempts, ",
        ),
        ("p/m", {"judge.budget.dollars": 1}, r"judge\.budget\.dollars needs judge\.teacher\.prices\.'m'"),
    ],
)
def test_a_mistake_is_one_sentence(who: str, settings: dict[str, object], expected: str) -> None:
    with pytest.raises(RecipeError, match=expected):
        read_judge(who, settings)


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    path = tmp_path / "judge.toml"
    path.write_text("judge")
    with pytest.raises(RecipeError, match=r"judge\.toml is not TOML"):
        read_judge(str(path), {})


@pytest.mark.parametrize(
    ("make", "expected"),
    [(Path.mkdir, "cannot be read: Is a directory"), (lambda path: path.write_bytes(b"a = \xff"), "is not TOML: .*utf-8.* can't decode")],
)
def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path: Path, make: Callable[[Path], object], expected: str) -> None:
    path = tmp_path / "judge.toml"
    make(path)
    for read in (lambda: read_judge(str(path), {}), lambda: read_rewards(str(path), {}), lambda: load_recipe(path)):
        with pytest.raises(RecipeError, match=rf"judge\.toml {expected}"):
            read()
