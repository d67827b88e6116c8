"""Rescore: what other rewards make of a run's saved rollouts."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from data.catalog import query
from data.store import Store
from flows.cli import app
from flows.recipe import RecipeError
from models.training.errors import TrainingError
from tests.conftest import Maker

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "rewards.md"
OWN = "[rewards]\nformat = 0.5\npoint_in_box = 1\n"
OTHER = "[rewards]\nformat = 0.5\noutcome = 1\nconsistency = 1\nrandom = 0\n"


@pytest.fixture(scope="module")
def small_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store with one published reinforcement, and one at work."""
    store = Store.open(tmp_path_factory.mktemp("rescored") / "store")
    maker = Maker(store)
    maker.reinforce(maker.ingest(), maker.checkpoint("pretrain", ()))
    maker.leave_running()
    return store


@pytest.fixture(autouse=True)
def _store(small_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOVEA_STORE", str(small_store.root))
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture(scope="module")
def runs(small_store: Store) -> list[str]:
    """The published run and the live one."""
    return [run_id for (run_id,) in query(small_store, "select distinct run_id from rollouts order by run_id")[1]]


def said(tmp_path: Path, rewards: str, run_id: str, *arguments: str) -> str:
    path = tmp_path / "other.toml"
    path.write_text(rewards)
    done = CliRunner().invoke(app, ["rescore", run_id, "--rewards", str(path), *arguments])
    if done.exception:
        raise done.exception
    return done.output


@pytest.mark.parametrize("place", [0, 1])
def test_the_same_rewards_change_nothing_where_they_apply(runs: list[str], tmp_path: Path, place: int) -> None:
    out = tmp_path / "rows.parquet"
    text = said(tmp_path, OWN, runs[place], "--out", str(out))
    rows = pq.read_table(out).to_pylist()
    points = [row for row in rows if "point_in_box" in dict(row["new_rewards"])]
    agreeing = [row for row in points if row["old_rewards"] == row["new_rewards"]]
    assert 0 < len(points) < len(rows)
    assert len(agreeing) > 0.5 * len(points)
    assert all(row["old_reward"] == row["new_reward"] for row in agreeing)
    assert f"{len(rows)} rollouts in {len(rows) // 8} groups of {runs[place]}" in text


def test_one_weight_of_a_file_can_be_set(runs: list[str], tmp_path: Path) -> None:
    out = tmp_path / "rows.parquet"
    said(tmp_path, "[rewards]\noutcome = 1\nrandom = 0\n", runs[0], "--set", "rewards.random=2", "--out", str(out))
    found = [(row["new_reward"], dict(row["new_rewards"])) for row in pq.read_table(out).to_pylist()]
    assert all(reward == pytest.approx(parts["outcome"] + 2 * parts["random"]) for reward, parts in found)


def test_the_largest_flips_are_listed_with_their_parts_and_text(runs: list[str], tmp_path: Path) -> None:
    text = said(tmp_path, "rewards = { outcome = 1, random = 100 }\n", runs[0], "--flips", "3")
    listed = [line for line in text.splitlines() if line.strip().startswith("rol_")]
    assert len(listed) == 3
    assert all("random absent to 0." in line and "<think> The" in line for line in listed)


@pytest.fixture
def judged_run(small_store: Store) -> Iterator[str]:
    """A run of two streams; of three textual rollouts the judge was asked about two."""
    run = small_store.run("run_judged")
    sample_id = query(small_store, "select sample_id from rollouts limit 1")[1][0][0]
    run.write_step("rollouts", 1, [row(sample_id, stream, index) for stream in ("grounded", "textual") for index in range(3)])
    judgement = {"name": "judge_consistency", "value": 0.7, "step": 1}
    run.write_step("judgements", 1, [judgement | {"subject_id": f"rol_judged_textual_{index}"} for index in (0, 1)])
    yield run.run_id
    shutil.rmtree(run.path)


def test_what_a_judge_would_have_to_be_asked_is_left_out_and_said(judged_run: str, tmp_path: Path) -> None:
    out = tmp_path / "rows.parquet"
    settings = ["--set", "reinforce.rewards={format=1, consistency=1}", "--set", "reinforce.judge={strategy='offline'}"]
    text = CliRunner().invoke(app, ["rescore", judged_run, "--rewards", "smoke", *settings, "--out", str(out)]).output
    found = {one["rollout_id"]: dict(one["new_rewards"]) for one in pq.read_table(out).to_pylist()}
    assert "consistency of 1 rollouts" in text
    assert [found[f"rol_judged_textual_{n}"].get("consistency") for n in range(3)] == [0.7, 0.7, None]
    assert "consistency" not in found["rol_judged_grounded_0"]


def test_a_part_that_was_judged_stays_beside_one_that_was_not(judged_run: str, tmp_path: Path) -> None:
    out = tmp_path / "rows.parquet"
    settings = ["--set", "reinforce.rewards={consistency=1, judged_answer=1}", "--set", "reinforce.judge={strategy='offline'}"]
    CliRunner().invoke(app, ["rescore", judged_run, "--rewards", "smoke", *settings, "--out", str(out)])
    found = {one["rollout_id"]: one for one in pq.read_table(out).to_pylist()}
    assert [found[f"rol_judged_textual_{n}"]["left_out"] for n in (0, 2)] == [["judged_answer"], ["consistency", "judged_answer"]]
    assert dict(found["rol_judged_textual_0"]["new_rewards"]) == {"consistency": 0.7}


def row(sample_id: str, stream: str, index: int) -> dict[str, object]:
    """A rollout that names the first grounded one as its reference, where it is textual."""
    text = "<think>\nThe thing is red.\n</think>\n<answer>(1, 1)</answer>"
    rewards = [("format", 1.0)] + ([("consistency", 0.7)] if stream == "textual" else [])
    named = {
        "rollout_id": f"rol_judged_{stream}_{index}",
        "group_id": f"grp_judged_{stream}",
        "sample_id": sample_id,
        "index": index,
        "step": 1,
    }
    reference = "rol_judged_grounded_0" if stream == "textual" else None
    dialect = "textual" if stream == "textual" else "vigorl"
    return named | {
        "stream": stream,
        "dialect": dialect,
        "text": text,
        "rewards": rewards,
        "reference_rollout_id": reference,
        "reward": 1.0,
    }


def test_a_run_without_rollouts_is_an_error_that_names_those_that_have_some(runs: list[str], tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=rf"no run 'run_nothing' has rollouts; there are {runs[0]}, {runs[1]}"):
        said(tmp_path, OWN, "run_nothing")
    with pytest.raises(TrainingError, match="2 runs with rollouts have an id that starts with 'run_'"):
        said(tmp_path, OWN, "run_")


@pytest.mark.parametrize(
    ("rewards", "error", "expected"),
    [
        ("rewards = { beauty = 1 }", TrainingError, "no reward part 'beauty'"),
        (
            "reward = 1",
            RecipeError,
            r"other\.toml is neither a recipe nor a table of rewards: reward: there is no such setting; is it rewards\? There",
        ),
        ("rewards = [", RecipeError, "is not TOML"),
    ],
)
def test_rewards_that_cannot_be_read_are_named(
    runs: list[str], tmp_path: Path, rewards: str, error: type[Exception], expected: str
) -> None:
    with pytest.raises(error, match=expected):
        said(tmp_path, rewards, runs[0])


def test_the_document_shows_what_is_said(tmp_path: Path) -> None:
    blocks = dict(re.findall(r"^```(?:toml|text) ([^\n]+)\n(.*?)^```", DOCUMENT.read_text(), re.MULTILINE | re.DOTALL))
    shown = [line.rstrip() for line in said(tmp_path, blocks["other.toml"], "latest", "--flips", "3").splitlines()]
    assert [line for line in shown if line] == [line for line in blocks["rescore"].splitlines() if line]
