from pathlib import Path

import pytest

from data.benchmarks.benchmark import Asking
from data.benchmarks.registry import find_benchmark
from data.prompts import prompt
from data.store import Manifest, Store, UnknownVersionError
from flows.order import reference
from flows.plan import Fate, plan
from flows.recipe import Recipe, RecipeError, load_recipe
from flows.settings import keyed_settings, prompt_hashes
from flows.walk import order_for
from models.student.config import StudentConfig
from models.teacher.domains import Domain
from tasks.ingest import ingest_sources
from tasks.run import StageRun, carry_out
from tasks.stage import Stage


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "store")


@pytest.fixture
def recipe() -> Recipe:
    return load_recipe("smoke", {"ingest.sources.0.count": 3, "ingest.sources.1.count": 2})


def fates(store: Store, recipe: Recipe, start: Stage | None = None) -> dict[Stage, Fate]:
    return {step.stage: step.fate for step in plan(store, recipe, start)}


def no_traces(run: StageRun) -> Manifest:
    with run.draft() as draft:
        draft.add("traces", [])
        return draft.publish()


def test_an_empty_store_has_everything_to_do(store: Store, recipe: Recipe) -> None:
    assert fates(store, recipe) == dict.fromkeys(Stage, Fate.TO_DO)


def test_who_only_asks_an_endpoint_makes_no_traces(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "ask.toml"
    asking = '[ingest]\nsources = [{ kind = "scenes", count = 3, split = "test" }]\n[evaluate]\ncheckpoints = []\nendpoint = {}\n'
    path.write_text(asking)
    assert list(fates(store, load_recipe(path))) == [Stage.INGEST, Stage.EVALUATE, Stage.REPORT]
    path.write_text(f'{asking}[generate]\nmethod = "direct"\n')
    assert Stage.GENERATE in fates(store, load_recipe(path))


def test_a_made_stage_is_found_and_the_next_has_a_key(store: Store, recipe: Recipe) -> None:
    carry_out(store, order_for(Stage.INGEST, recipe, []), ingest_sources.fn)
    steps = {step.stage: step for step in plan(store, recipe)}
    assert steps[Stage.INGEST].fate is Fate.FOUND
    assert steps[Stage.GENERATE].key is not None
    assert steps[Stage.CURATE].key is None


def test_upstream_of_the_start_is_taken_whatever_its_settings(store: Store, recipe: Recipe) -> None:
    carry_out(store, order_for(Stage.INGEST, recipe, []), ingest_sources.fn)
    other = load_recipe("smoke", {"ingest.sources.0.count": 4})
    assert fates(store, other)[Stage.INGEST] is Fate.TO_DO
    assert fates(store, other, Stage.GENERATE)[Stage.INGEST] is Fate.TAKEN


def test_nothing_of_another_recipe_is_taken(store: Store, recipe: Recipe) -> None:
    carry_out(store, order_for(Stage.INGEST, recipe, []), ingest_sources.fn)
    with pytest.raises(RecipeError, match="recipe demo has no ingest to take"):
        plan(store, load_recipe("demo"), Stage.CURATE)


def test_what_another_recipe_made_is_taken_where_this_one_read_it(store: Store, recipe: Recipe) -> None:
    ingested = carry_out(store, order_for(Stage.INGEST, recipe, []), ingest_sources.fn).outputs
    other = load_recipe("smoke", {"ingest.sources.0.count": 4}).model_copy(update={"name": "other"})
    with pytest.raises(RecipeError, match="recipe other has no ingest to take"):
        plan(store, other, Stage.GENERATE)
    carry_out(store, order_for(Stage.GENERATE, other, [ingested]), no_traces)
    assert fates(store, other, Stage.GENERATE)[Stage.INGEST] is Fate.TAKEN


def test_a_damaged_version_is_to_do_again(store: Store, recipe: Recipe) -> None:
    made = carry_out(store, order_for(Stage.INGEST, recipe, []), ingest_sources.fn)
    store.paths(made.outputs["samples"])[0].unlink()
    assert fates(store, recipe)[Stage.INGEST] is Fate.TO_DO


@pytest.mark.parametrize(
    "name",
    [
        "generate.shard_size",
        "generate.teacher.in_flight",
        "generate.teacher.requests_per_minute",
        "generate.teacher.patience_s",
        "finetune.launch.threads",
        "evaluate.threads",
    ],
)
def test_how_work_is_spread_is_no_part_of_the_settings(name: str) -> None:
    stage = Stage(name.split(".")[0])
    assert keyed_settings(stage, load_recipe("smoke", {name: 7})) == keyed_settings(stage, load_recipe("smoke"))


@pytest.mark.parametrize("stage", [Stage.PUBLISH, Stage.FINETUNE, Stage.REINFORCE])
def test_how_long_a_student_may_go_on_looking_is_part_of_the_key(stage: Stage) -> None:
    assert keyed_settings(stage, load_recipe("smoke", {"student.turns.most_looks": 7})) != keyed_settings(stage, load_recipe("smoke"))


def test_recipes_whose_students_see_alike_share_one_pretraining() -> None:
    settings = {name: keyed_settings(Stage.PRETRAIN, load_recipe(name)) for name in ("demo", "vigorl", "univg_r1", "ivgr")}
    assert all(one == settings["demo"] for one in settings.values())
    wider = load_recipe("demo", {"student.view.max_pixels": 50_176})
    assert keyed_settings(Stage.PRETRAIN, wider) != settings["demo"]


def test_every_setting_of_the_student_is_part_of_the_key_of_what_trains_it() -> None:
    for stage in (Stage.FINETUNE, Stage.REINFORCE):
        assert keyed_settings(stage, load_recipe("smoke"))["student"].keys() == StudentConfig.model_fields.keys()


def test_a_price_is_no_part_of_the_key_and_a_budget_is() -> None:
    plain = keyed_settings(Stage.GENERATE, load_recipe("smoke"))
    priced = load_recipe("smoke", {"generate.teacher.prices": {"embedded-sight": {"prompt": 1.0, "completion": 2.0}}})
    assert keyed_settings(Stage.GENERATE, priced) == plain
    assert keyed_settings(Stage.GENERATE, load_recipe("smoke", {"generate.budget.calls": 7})) != plain


def test_a_budget_in_dollars_wants_a_price() -> None:
    with pytest.raises(RecipeError, match=r"generate\.budget\.dollars needs generate\.teacher\.prices\.'big'"):
        load_recipe("smoke", {"generate.budget.dollars": 1, "generate.teacher.model": "big", "generate.teacher.provider": "far"})


def test_how_a_training_is_watched_is_no_part_of_the_settings() -> None:
    watched = load_recipe("smoke", {"reinforce.trl.report_to": "trackio"})
    assert keyed_settings(Stage.REINFORCE, watched) == keyed_settings(Stage.REINFORCE, load_recipe("smoke"))


def test_how_many_rows_are_expected_is_no_part_of_the_settings(tmp_path: Path) -> None:
    source = {"kind": "folder", "path": str(tmp_path)}
    plain, told = (load_recipe("smoke", {"ingest.sources": [one]}) for one in (source, source | {"expected": 5, "expected_images": 2}))
    assert keyed_settings(Stage.INGEST, told) == keyed_settings(Stage.INGEST, plain)


def test_a_file_that_changed_changes_the_settings(tmp_path: Path) -> None:
    (tmp_path / "samples.jsonl").write_text("{}\n")
    recipe = load_recipe("smoke", {"ingest.sources": [{"kind": "folder", "path": str(tmp_path)}]})
    before = keyed_settings(Stage.INGEST, recipe)
    (tmp_path / "samples.jsonl").write_text("{}\n{}\n")
    assert keyed_settings(Stage.INGEST, recipe) != before


def test_a_missing_checkpoint_is_named(store: Store) -> None:
    with pytest.raises(UnknownVersionError, match="no version of checkpoints called 'ckp_nothing'"):
        reference(store, "checkpoints", "ckp_nothing")


def test_a_path_is_taken_into_the_store_once(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    first = reference(store, "checkpoints", str(folder))
    assert reference(store, "checkpoints", str(folder)).version_id == first.version_id
    assert (store.folder(first) / "config.json").read_text() == "{}"


@pytest.mark.parametrize(
    ("stage", "names"),
    [
        (Stage.INGEST, []),
        (Stage.GENERATE, ["teacher/direct", "teacher/forms/vigorl", *(f"teacher/domains/{domain}" for domain in Domain)]),
        (Stage.PRETRAIN, ["student/instructed", "student/marked", "student/spelled", "student/terse"]),
        (Stage.FINETUNE, ["student/terse"]),
    ],
)
def test_the_prompts_that_a_stage_uses_are_part_of_its_key(stage: Stage, names: list[str], recipe: Recipe) -> None:
    assert set(prompt_hashes(stage, recipe)) == {prompt(name).prompt_hash for name in names}


def test_the_prompts_of_the_benchmarks_that_are_asked_are_part_of_the_key() -> None:
    def prompts(benchmark: str) -> object:
        return keyed_settings(Stage.EVALUATE, load_recipe("smoke", {"evaluate.benchmarks": [benchmark]}))["prompts"]

    asking = Asking("terse", load_recipe("smoke").student.dialect)
    assert prompts("treebench") == [find_benchmark("treebench").prompt_hash(asking)]
    assert prompts("treebench") != prompts("scenes")


def test_how_an_endpoint_is_asked_is_part_of_its_key() -> None:
    def asked(space: str) -> object:
        return order_for(Stage.EVALUATE, load_recipe("smoke", {"evaluate.endpoint": {}, "student.view": {"space": space}}), []).settings

    assert asked("grid:100") != asked("pixel")
