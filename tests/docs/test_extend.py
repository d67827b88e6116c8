"""What docs/extend.md says is done: its files, written where it says, are strategies, and a training uses them."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from data.curation.batch import Batch
from data.curation.rule import Rule
from data.curation.rules import RULES
from data.curation.verdicts import make_problems
from data.dialects import DIALECTS
from data.discovery import discover
from data.sample import Task
from data.space import Frame, Space
from data.store import RunFolder
from data.tables import arrow
from data.trace import Answer, Mention, PlacedPoint, Step, Trace
from flows.recipe import load_recipe
from models.training.reinforce import reinforce
from models.training.rewards import REWARDS
from models.training.samplers import SAMPLERS
from models.training.streams import STREAMS
from tests.models.training_ground import make_ground

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "extend.md").read_text()
FILES = {
    f"{folder}/{name}": text
    for name, folder, text in re.findall(r"This is `(\w+\.py)` in `([\w/]+)`[^`]*```python\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
}
CODE = re.findall(r"^```python\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
(RECIPE,) = re.findall(r"^```toml\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
REGISTRIES: dict[str, dict[str, Any]] = {
    "data/dialects": DIALECTS,
    "models/training/rewards": REWARDS,
    "models/training/samplers": SAMPLERS,
}


@contextmanager
def written(name: str, text: str, root: Path) -> Iterator[None]:
    """A file of a package, as if it lay in the package's folder, found as the package finds its files."""
    path, registry = root / name, REGISTRIES[str(Path(name).parent)]
    path.parent.mkdir(parents=True)
    path.write_text(text)
    package = import_module(".".join(path.parent.relative_to(root).parts))
    before = dict(registry)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(package, "__path__", [*package.__path__, str(path.parent)])
        discover(package.__name__, package.__path__)
        assert registry.keys() - before.keys() == {path.stem}
        yield
    registry.clear()
    registry.update(before)
    del sys.modules[f"{package.__name__}.{path.stem}"]
    delattr(package, path.stem)


def rule() -> type[Rule]:
    names: dict[str, Any] = {}
    (code,) = (code for code in CODE if "(Rule)" in code)
    exec(code, names)
    found: type[Rule] = names["ShortAnswer"]
    return found


def test_the_example_is_a_rule() -> None:
    problems = make_problems([])
    rows = [{"trace_id": str(number), "sample_id": "smp", "answer": answer} for number, answer in enumerate([None, "short", "long " * 9])]
    (batch,) = arrow("traces", rows).to_batches()
    short = rule().model_validate({"maximum": 20})
    assert short.look(Batch(batch, problems, problems.find(batch.column("sample_id")))).tolist() == [True, True, False]


@pytest.mark.parametrize(
    ("seam", "registry"),
    [("curation rule", RULES), ("dialect", DIALECTS), ("reward part", REWARDS), ("sampler", SAMPLERS), ("streams", STREAMS)],
)
def test_every_strategy_is_named_in_the_table(seam: str, registry: dict[str, Any]) -> None:
    (line,) = re.findall(rf"^\| {seam} .*$", TEXT, re.MULTILINE)
    named = {name.strip().lower().replace(" ", "_").replace("-", "_") for name in line.split("|")[3].split(",")}
    assert named == set(registry)


def test_nothing_of_it_is_left_behind(tmp_path: Path) -> None:
    before = [*DIALECTS, *REWARDS, *SAMPLERS]
    with ExitStack() as stack:
        for name, text in FILES.items():
            stack.enter_context(written(name, text, tmp_path / Path(name).stem))
    assert [*DIALECTS, *REWARDS, *SAMPLERS] == before
    assert not any(module.endswith(tuple(f".{Path(name).stem}" for name in FILES)) for module in sys.modules)


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The document's files in their places."""
    with ExitStack() as stack:
        for name, text in FILES.items():
            stack.enter_context(written(name, text, tmp_path_factory.mktemp("extended")))
        yield


@pytest.fixture(scope="module")
def run(extended: None, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A training as the document's recipe has it."""
    ground = make_ground(tmp_path_factory.mktemp("ground"))
    given = tomllib.loads(RECIPE)
    job = ground.reinforce_job("extended", **given["reinforce"], rollouts_per_group=4, groups_per_step=2)
    reinforce(job.model_copy(update={"student": job.student.model_copy(update=given["student"])}))
    return ground.store.run(job.run_id)


def rows(run: RunFolder, table_name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = run.read(table_name).to_pylist()
    return found


def test_there_is_a_whole_file_for_each_kind_of_strategy() -> None:
    assert {str(Path(name).parent) for name in FILES} == set(REGISTRIES)
    assert not any((ROOT / name).exists() for name in FILES)


def test_a_recipe_that_names_the_new_strategies_is_read(extended: None) -> None:
    recipe = load_recipe("smoke", tomllib.loads(RECIPE))
    assert recipe.student.dialect == "angled"
    assert recipe.reinforce is not None
    assert recipe.reinforce.rewards["few_words"].options == {"most": 12}


def test_the_new_reward_part_is_rewarded(run: RunFolder) -> None:
    for row in rows(run, "rollouts"):
        parts = dict(row["rewards"])
        assert parts["few_words"] == (len(row["text"].split()) <= 12)
        assert row["reward"] == pytest.approx(0.2 * parts["format"] + parts["outcome"] + 0.1 * parts["few_words"])


def test_the_new_sampler_weighs_what_was_not_attempted_more(run: RunFolder) -> None:
    groups = rows(run, "groups")
    attempted = {row["sample_id"] for row in groups if row["step"] == 1}
    assert {row["draw_weight"] for row in groups if row["step"] == 1} == {1.0}
    assert all((row["draw_weight"] < 1) == (row["sample_id"] in attempted) for row in groups if row["step"] == 2)


def test_the_new_dialect_is_what_the_policy_is_read_in(run: RunFolder) -> None:
    assert {row["dialect"] for row in rows(run, "rollouts")} == {"angled"}


def test_the_new_dialect_reads_back_what_it_writes(extended: None) -> None:
    dialect, frames = DIALECTS["angled"], (Frame(Space.pixels(200, 100), Space.grid(100)),)
    place = PlacedPoint(100.0, 50.0)
    trace = Trace((Step("The circle is there.", (Mention(10, place),)),), Answer(points=(place,)))
    text = dialect.render(trace, frames, Task.POINT)
    assert "<50,50>" in text
    assert dialect.parse(text, frames, Task.POINT).trace == dialect.project(trace, frames, Task.POINT)
