from pathlib import Path

import pytest

from flows.recipe import RecipeError, load_recipe, merge, recipe_names


@pytest.mark.parametrize("name", recipe_names())
def test_every_recipe_loads_and_says_what_it_does(name: str) -> None:
    assert load_recipe(name).description


def test_a_dotted_override_reaches_into_tables() -> None:
    assert merge({"a": {"b": 1, "c": 2}}, {"a.b": 3}) == {"a": {"b": 3, "c": 2}}


def test_a_dotted_override_makes_absent_tables() -> None:
    assert merge({}, {"a.b.c": 1}) == {"a": {"b": {"c": 1}}}


def test_a_number_is_a_place_in_a_list() -> None:
    assert merge({"a": {"b": [{"c": 1}, {"c": 2}]}}, {"a.b.1.c": 3}) == {"a": {"b": [{"c": 1}, {"c": 3}]}}


def test_a_place_beyond_a_list_is_an_error() -> None:
    with pytest.raises(RecipeError, match="list of 1"):
        merge({"a": [1]}, {"a.4": 2})


def test_overrides_leave_the_base_alone() -> None:
    base = {"a": {"b": [1]}}
    merge(base, {"a.b.0": 2})
    assert base == {"a": {"b": [1]}}


def test_a_bad_key_is_named(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text("[ingest]\nsources = [{ kind = 'scenes', count = 1 }]\n[curate]\nrulez = {}\n")
    with pytest.raises(RecipeError, match=r"bad\.toml: curate\.rulez"):
        load_recipe(path)


def test_an_unknown_recipe_names_those_that_exist() -> None:
    with pytest.raises(RecipeError, match="smoke"):
        load_recipe("nothing")


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        (
            "generate.teacher.temprature",
            1,
            r"generate\.teacher\.temprature: there is no such setting; is it temperature\? There are .*temperature",
        ),
        ("ingest.sources.0.cuont", 1, r"ingest\.sources\.0\.scenes\.cuont: there is no such setting; is it count\? There are .*count"),
        (
            "publish.balance.method.sharez",
            1,
            r"publish\.balance\.method\.sharez: there is no such setting; is it shares\? There are cap, caps, shares",
        ),
        ("student.dialect", "vigor", r"student\.dialect: there is no dialect 'vigor'; there are .*textual"),
        ("student.prompt", "long", r"student\.prompt: there is no student prompt 'long'; there are instructed, marked, spelled, terse"),
        ("generate.dialect", "vigor", r"generate\.dialect: there is no dialect 'vigor'"),
        ("publish.dialects", ["vigor"], r"publish\.dialects: there is no dialect 'vigor'"),
        ("curate.rules", {"beauty": {}}, r"curate\.rules: there is no rule 'beauty'; there are parsed, "),
        ("curate.rules", {"answer_iou": {"least": 1}}, r"rule answer_iou does not take .* it takes minimum, unknown"),
        ("evaluate.benchmarks", ["scenes", "sceens"], r"evaluate\.benchmarks: there is no benchmark 'sceens'; there are scenes, "),
        ("evaluate.dialect", "vigor", r"evaluate\.dialect: there is no dialect 'vigor'"),
        ("evaluate.prompt", "long", r"evaluate\.prompt: there is no student prompt 'long'"),
        ("reinforce.trl.temprature", 2, r"reinforce\.trl: temprature is no field of GRPOConfig; is it temperature\?"),
        ("reinforce.trl.num_generations", 2, r"reinforce\.trl: num_generations is decided by rollouts_per_group"),
        ("finetune.lora.rank", 4, r"finetune\.lora: rank is no field of LoraConfig"),
        ("evaluate.protocols", ["loose"], r"benchmark scenes has no protocol 'loose'; it has strict"),
        (
            "reinforce.rewards",
            {"outcome": 1.0, "beauty": 1.0},
            r"reinforce\.rewards: there is no reward part 'beauty'; there are .*outcome",
        ),
        (
            "reinforce.rewards",
            {"outcome": "high"},
            r"reinforce\.rewards\.outcome: a part counts by a number, or by a table of .* not by 'high'",
        ),
        ("reinforce.streams.name", "duel", r"reinforce\.streams: there are no streams 'duel'; there are dual, single"),
        ("reinforce.plugins", ["nosuch"], r"reinforce\.plugins: plugin 'nosuch' cannot be imported"),
        ("reinforce.splits", ["validation"], r"no source has samples of the splits \['validation'\]; there are test of scenes, train"),
        ("reinforce.datasets", ["sceens"], r"no source has samples of the splits \['train'\] and data sets \['sceens'\]"),
        ("reinforce.bands", ["tiny"], r"reinforce: no scene is of the bands \['tiny'\]; there are easy, hard, medium"),
        ("reinforce.refill.trys", 1, r"reinforce\.refill\.trys: there is no such setting; is it tries\? There are tries"),
        ("reinforce.sampler.name", "dice", r"reinforce\.sampler: there is no sampler 'dice'; there are curriculum, posterior"),
        ("reinforce.sampler", {"name": "posterior", "options": {"goal": 1}}, r"sampler 'posterior' has no option 'goal'; it has target, "),
        ("reinforce.sampler", {"name": "curriculum", "options": {"order": 3}}, r"sampler 'curriculum' does not take the options"),
    ],
)
def test_a_name_that_does_not_exist_is_an_error_that_says_which_do(key: str, value: object, sentence: str) -> None:
    with pytest.raises(RecipeError, match=sentence):
        load_recipe("smoke", {key: value})


@pytest.mark.parametrize("name", recipe_names())
def test_trl_takes_every_recipe(name: str, tmp_path: Path) -> None:
    from models.training.arguments import finetune_arguments, reinforce_arguments

    recipe = load_recipe(name)
    if (tune := recipe.finetune) is not None:
        assert finetune_arguments(tune, tmp_path, tune.launch.processes).max_steps == tune.steps
    if (reinforce := recipe.reinforce) is not None:
        given = reinforce_arguments(reinforce, recipe.student.max_new_tokens, tmp_path, reinforce.launch.processes)
        assert given.max_steps == reinforce.steps


def test_accelerate_takes_the_launch_arguments_of_every_recipe() -> None:
    from accelerate.commands.launch import launch_command_parser

    parser = launch_command_parser()
    for recipe in map(load_recipe, recipe_names()):
        for config in (recipe.finetune, recipe.reinforce):
            if config is not None:
                assert parser.parse_args([*config.launch.arguments, "child.py"]).training_script == "child.py"


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"evaluate.protocols": ["strict", "strict"]}, "strict stands there more than once"),
        ({"evaluate.evidence": {"dialect": "vigorl_zoom"}}, "takes one turn, and vigorl_zoom takes several"),
    ],
)
def test_a_way_of_asking_that_cannot_be_is_an_error(settings: dict[str, object], expected: str) -> None:
    with pytest.raises(RecipeError, match=expected):
        load_recipe("smoke", settings)


def test_a_secret_in_an_address_is_in_no_part_of_the_error() -> None:
    with pytest.raises(RecipeError, match=r"generate\.teacher\.base_url: the address should have no user") as told:
        load_recipe("smoke", {"generate.teacher.base_url": "https://me:hunter2@host/v1"})
    assert "hunter2" not in f"{told.value} {told.value.__cause__}"
