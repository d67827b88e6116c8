"""The judge of curation in a recipe and in the stage's key."""

from typing import Any

import pytest

from data.prompts import prompt
from flows.recipe import RecipeError, load_recipe
from flows.settings import prompt_hashes
from flows.walk import order_for, tables_read
from tasks.stage import Stage

RULES: dict[str, Any] = {"curate.rules": {"answer_correct": {}, "judge": {}}, "curate.judge": {"samples": 2}}


def key(**overrides: Any) -> str:
    return order_for(Stage.CURATE, load_recipe("smoke", RULES | overrides), []).key


def test_a_rule_without_its_judge_is_an_error_that_says_what_to_add() -> None:
    with pytest.raises(RecipeError, match=r"curate: .*the rule judge has no judge to listen to; add a section \[curate\.judge\]"):
        load_recipe("smoke", {"curate.rules": {"judge": {}}})


@pytest.mark.parametrize("name", ["base_url", "in_flight", "timeout_s", "attempts", "key_variable"])
def test_how_the_judge_is_reached_is_no_part_of_the_key(name: str) -> None:
    assert key(**{f"curate.judge.teacher.{name}": "http://x" if name == "base_url" else "7"}) == key()


@pytest.mark.parametrize(
    ("name", "value"),
    [("samples", 3), ("rubric", "answer"), ("teacher.model", "other"), ("teacher.temperature", 0.5), ("strategy", "offline")],
)
def test_what_the_judge_is_asked_is_part_of_the_key(name: str, value: object) -> None:
    assert key(**{f"curate.judge.{name}": value}) != key()


@pytest.mark.parametrize("rubric", ["answer", "chain", "consistency"])
def test_the_prompt_of_the_rubric_is_part_of_the_key_where_a_model_judges(rubric: str) -> None:
    recipe = load_recipe("smoke", RULES | {"curate.judge.rubric": rubric})
    assert prompt_hashes(Stage.CURATE, recipe) == (prompt(f"judge/{rubric}").prompt_hash,)
    assert prompt_hashes(Stage.CURATE, load_recipe("smoke", RULES | {"curate.judge.strategy": "offline"})) == ()
    assert prompt_hashes(Stage.CURATE, load_recipe("smoke", {"curate.judge": {}})) == ()


def test_textualizing_alone_goes_on_from_traces() -> None:
    assert "traces" in tables_read(Stage.GENERATE, load_recipe("smoke", {"generate.method": "textualize"}))
    assert "traces" not in tables_read(Stage.GENERATE, load_recipe("smoke", {"generate.then": ["textualize"]}))
