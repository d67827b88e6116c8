from pathlib import Path
from typing import Any

import pytest

from flows.estimate import Amount, Share, estimate, memory
from flows.estimate.asking import calls_per_sample, traces_per_sample
from flows.needs import lacking, needs
from flows.recipe import Recipe, load_recipe, recipe_names
from models.student.bases import KNOWN
from models.teacher.config import GenerateConfig
from tasks.stage import Stage

BIG = {"student.base": "Qwen/Qwen2.5-VL-7B-Instruct", "student.view": {"max_pixels": 1_003_520}}
HUB = {"kind": "hub", "repository": "a/b", "space": "pixel", "columns": {"question": "q", "image": "i"}}


def most(recipe: Recipe, stage: Stage, what: str) -> int | None:
    (found,) = [one for one in estimate(recipe) if (one.stage, one.what) == (stage, what)]
    return found.most


def shares(recipe: Recipe, stage: Stage) -> dict[str, Share]:
    return {one.what: one for one in memory(recipe) if one.stage is stage}


@pytest.mark.parametrize("name", recipe_names())
def test_every_recipe_has_an_estimate_in_the_order_of_stages(name: str) -> None:
    recipe = load_recipe(name)
    stages = [one.stage for one in estimate(recipe)]
    assert stages == sorted(stages, key=list(Stage).index)
    assert all(isinstance(one, Amount) and (one.most is None or one.most >= 0) for one in estimate(recipe))


def test_rollouts_are_groups_of_every_generation() -> None:
    recipe = load_recipe("smoke", {"reinforce.steps": 10, "reinforce.trl.num_iterations": 2})
    assert most(recipe, Stage.REINFORCE, "generations") == 5
    assert most(recipe, Stage.REINFORCE, "groups") == 5 * 2
    assert most(recipe, Stage.REINFORCE, "rollouts") == 5 * 2 * 4


def test_groups_may_all_be_drawn_again() -> None:
    assert most(load_recipe("smoke", {"reinforce.refill.tries": 2}), Stage.REINFORCE, "groups") == 2 * 3 * 2


def test_a_judge_is_asked_of_each_rollout_that_a_part_asks_about() -> None:
    recipe = load_recipe("ivgr-paper")
    asked = 230 * 5 * 1 + 230 * 5 * 2 + 52 * 5 * 1
    assert most(recipe, Stage.REINFORCE, "judge calls") == 360 * asked * 3


@pytest.mark.parametrize(
    ("config", "calls", "traces"),
    [
        ({"candidates": 2}, 2, 2),
        ({"method": "rationalize", "candidates": 3}, 3 + 3, 3),
        ({"method": "rationalize", "candidates": 3, "rationalize": {"pick": False}}, 3, 3),
        ({"method": "tree"}, 8 * (3 + 3 * 2 * 5), 48),
        ({"method": "tree", "tree": {"simulations": "paper"}}, 20 * (3 + 3 * 2 * 5), 120),
        ({"method": "direct", "then": ["textualize"]}, 1 + 3, 1 + 4),
        ({"method": "imported"}, 0, 1),
    ],
)
def test_a_method_asks_so_often_of_a_sample(config: dict[str, Any], calls: int, traces: int) -> None:
    settings = GenerateConfig.model_validate(config)
    assert (calls_per_sample(settings), traces_per_sample(settings)) == (calls, traces)


def test_what_no_source_knows_is_not_known_unless_it_is_expected() -> None:
    assert most(load_recipe("smoke", {"ingest.sources": [HUB]}), Stage.GENERATE, "teacher calls") is None
    expected = load_recipe("smoke", {"ingest.sources": [HUB | {"expected": 70}]})
    assert most(expected, Stage.GENERATE, "teacher calls") == 70


def test_only_the_data_sets_that_are_asked_for_count() -> None:
    sources = [HUB | {"expected": 70}, HUB | {"expected": 5, "repository": "a/c"}]
    recipe = load_recipe("smoke", {"ingest.sources": sources, "generate.datasets": ["a/c"]})
    assert most(recipe, Stage.GENERATE, "samples with traces") == 5


def test_crops_and_observations_count_where_the_dialect_looks() -> None:
    recipe = load_recipe("smoke", {"student.dialect": "vigorl_zoom", "student.turns.most_looks": 3})
    assert most(recipe, Stage.REINFORCE, "crops") == 2 * 2 * 4 * 3
    limited = load_recipe("smoke", {"student.dialect": "vigorl_zoom", "student.turns.episode_tokens": 50})
    assert most(limited, Stage.REINFORCE, "tokens that the student writes") == 16 * 50


def test_a_stream_that_looks_counts_beside_one_that_does_not() -> None:
    streams = {"name": "dual", "grounded.dialect": "vigorl_zoom"}
    recipe = load_recipe("smoke", {"student.turns.most_looks": 3} | {f"reinforce.streams.{name}": value for name, value in streams.items()})
    assert most(recipe, Stage.REINFORCE, "crops") == 2 * 2 * 4 * 3


def test_a_question_counts_all_its_images() -> None:
    one, three = (load_recipe("smoke", {"ingest.sources": [HUB | {"expected_images": count}]}) for count in (1, 3))
    assert most(three, Stage.REINFORCE, "tokens of images") == 3 * (most(one, Stage.REINFORCE, "tokens of images") or 0)
    drawn = load_recipe("smoke", {"ingest.sources": [{"kind": "scenes", "count": 4, "tasks": {"multi_image": 1}}]})
    assert most(drawn, Stage.REINFORCE, "tokens of images") == most(three, Stage.REINFORCE, "tokens of images")


def test_a_training_holds_weights_gradients_moments_and_a_reference() -> None:
    held = shares(load_recipe("smoke", BIG | {"reinforce.trl.beta": 0.01}), Stage.REINFORCE)
    weights = KNOWN["Qwen/Qwen2.5-VL-7B-Instruct"].weights
    assert [held[name].bytes for name in ("weights", "gradients", "optimiser", "reference model")] == [weights * n for n in (2, 2, 4, 2)]
    assert held["together"].bytes == sum(one.bytes or 0 for name, one in held.items() if name != "together")


def test_what_fsdp_shards_is_parted_and_trained_in_32_bits() -> None:
    launch = {"processes": 8, "arguments": ["--use_fsdp"]}
    base = KNOWN["Qwen/Qwen2.5-VL-7B-Instruct"]
    held = shares(load_recipe("smoke", BIG | {"finetune.launch": launch, "finetune.frozen": ["visual"]}), Stage.FINETUNE)
    trained = base.weights - base.vision
    assert held["gradients"].bytes == trained * 4 / 8
    assert held["weights"].bytes == (trained * 4 + base.vision * 2) / 8


def test_lora_needs_no_reference_and_vllm_holds_its_own() -> None:
    held = shares(
        load_recipe("smoke", BIG | {"reinforce.lora": {"r": 8}, "reinforce.trl": {"beta": 0.1, "use_vllm": True}}), Stage.REINFORCE
    )
    assert "reference model" not in held
    assert (held["gradients"].bytes, held["keys and values"].bytes) == (0, None)


def test_an_unknown_base_is_said_to_be_unknown() -> None:
    held = memory(load_recipe("smoke", {"student.base": "someone/else"}))
    assert {one.bytes for one in held} == {None}
    assert "the size of someone/else is not known here" in held[0].how


def test_what_is_not_here_is_named(tmp_path: Path) -> None:
    recipe = load_recipe("smoke", BIG | {"ingest.sources": [{"kind": "folder", "path": str(tmp_path / "nowhere")}]})
    said = " ".join(lacking(recipe))
    assert f"there is no folder {tmp_path / 'nowhere'}" in said
    assert "Qwen/Qwen2.5-VL-7B-Instruct is loaded from the hub" in said
    assert needs(recipe) == ["GPU", "data"]


def test_a_data_set_that_no_source_brings_is_named() -> None:
    (said,) = lacking(load_recipe("smoke", {"reinforce.datasets": ["scenes", "seens"]}))
    assert said == "reinforce.datasets: no source brings 'seens'; they bring scenes"


def test_no_shipped_recipe_asks_for_a_data_set_that_its_sources_do_not_bring() -> None:
    assert not [said for name in recipe_names() for said in lacking(load_recipe(name)) if ".datasets: " in said]


def test_an_endpoint_is_a_need_and_the_embedded_teacher_is_none() -> None:
    assert needs(load_recipe("smoke")) == []
    far = load_recipe("smoke", {"generate.teacher": {"provider": "far", "model": "big", "key_variable": "NO_SUCH_KEY"}})
    assert needs(far) == ["endpoint"]
    assert lacking(far)[0] == "generate.teacher: there is no base URL for the provider 'far'; set generate.teacher.base_url"
    assert lacking(far)[1] == "generate.teacher: NO_SUCH_KEY is not set; a Prefect Secret may hold the key"


def test_an_endpoint_that_is_evaluated_is_asked_once_an_item_and_once_more_beside_evidence() -> None:
    asked = {"endpoint": {}, "limit": 10, "modes": {"plain": {}, "crops": {"evidence": {}}}}
    recipe = load_recipe("smoke", {"evaluate": asked, "student.dialect": "ivgr"})
    assert most(recipe, Stage.EVALUATE, "endpoint calls") == 10 * (1 + 2)


def test_an_evaluated_endpoint_is_a_need() -> None:
    recipe = load_recipe("smoke", {"evaluate.endpoint": {"provider": "far", "model": "m"}})
    assert "endpoint" in needs(recipe)
    assert any(sentence.startswith("evaluate.endpoint: there is no base URL") for sentence in lacking(recipe))
