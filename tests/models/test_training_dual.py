"""Dual: two streams of one sample, the archive between them, and a judge behind real HTTP, in whole trainings."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2 as httpx
import psutil
import pytest

from data.store import Store
from models.teacher.loopback import start_embedded
from models.training import reinforce as training
from models.training.job import ReinforceJob, write_job
from tests.models.scripted_streams import ScriptedStreams
from tests.models.training_ground import make_ground

STEPS, SEALED, KILLED = 5, 2, 3
"""Steps, those of the last checkpoint before the kill, and those after which it comes."""
START_S = 90.0
GROUNDED = {"format": 1.0, "outcome": 1.0, "box_validity": 1.0, "dual_iou": 1.0}
TEXTUAL = {"format": 1.0, "outcome": 1.0, "consistency": 1.0}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with start_embedded() as base_url:
        yield base_url


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, url: str) -> ReinforceJob:
    """A training in pairs by one process, uninterrupted."""
    root = tmp_path_factory.mktemp("dual")
    ground = make_ground(root, count=4, tasks={"choice": 1.0})
    streams = {"name": "dual", "share": 1.0, "grounded": {"rewards": GROUNDED}, "textual": {"rewards": TEXTUAL}}
    config = {"steps": STEPS, "groups_per_step": 4, "checkpoint_every": SEALED, "streams": streams, "archive": {"minimum": 0.0}}
    job = ground.reinforce_job("dual", **config, judge={"teacher": {"temperature": 0.5}})
    student = job.student.model_copy(update={"dialect": "ivgr", "prompt": "instructed"})
    job = job.model_copy(update={"student": student, "judge_url": url})
    shutil.copytree(job.store, root / "elsewhere")
    reinforce(job)
    return job


def reinforce(job: ReinforceJob) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "PolicyTrainer", ScriptedStreams)
        training.reinforce(job)


def rows(job: ReinforceJob, table_name: str, **wanted: Any) -> list[dict[str, Any]]:
    found = Store.open(job.store).run(job.run_id).read(table_name).to_pylist()
    return [row for row in found if all(row[name] == value for name, value in wanted.items())]


def calls(url: str) -> int:
    return int(httpx.get(f"{url}/fovea/calls").json()["calls"])


def test_the_two_groups_of_a_pair_are_adjacent_and_have_their_own_rewards(whole: ReinforceJob) -> None:
    groups = rows(whole, "groups")
    assert [group["stream"] for group in groups] == ["grounded", "textual"] * (2 * STEPS)
    assert all(one["sample_id"] == other["sample_id"] for one, other in zip(groups[::2], groups[1::2], strict=True))
    assert all(set(dict(row["rewards"])) == set(GROUNDED) for row in rows(whole, "rollouts", stream="grounded"))
    assert all(set(dict(row["rewards"])) == set(TEXTUAL) for row in rows(whole, "rollouts", stream="textual"))


def test_a_place_in_the_textual_stream_fails_its_format(whole: ReinforceJob) -> None:
    placed = [row for row in rows(whole, "rollouts", stream="textual") if "<box>" in row["text"]]
    assert placed
    assert all(dict(row["rewards"])["format"] == 0 and "holds a place" in row["parse_error"] for row in placed)


def test_the_archive_is_the_fold_of_the_grounded_rollouts(whole: ReinforceJob) -> None:
    best: dict[str, tuple[float, str, int]] = {}
    changed = []
    for row in rows(whole, "rollouts", stream="grounded"):
        parts = dict(row["rewards"])
        is_sound = parts["format"] == parts["box_validity"] == row["outcome"] == 1
        if is_sound and (row["sample_id"] not in best or parts["dual_iou"] > best[row["sample_id"]][0]):
            best[row["sample_id"]] = (parts["dual_iou"], row["rollout_id"], row["step"])
    changed = rows(whole, "archive")
    newest = {row["sample_id"]: (row["box_reward"], row["rollout_id"], row["step"]) for row in changed}
    assert newest == best
    assert len(changed) > len(newest)


def test_textual_rollouts_are_judged_beside_the_newest_reference_even_of_their_own_step(whole: ReinforceJob) -> None:
    entries = rows(whole, "archive")
    for row in rows(whole, "rollouts", stream="textual"):
        known = [entry["rollout_id"] for entry in entries if entry["sample_id"] == row["sample_id"] and entry["step"] <= row["step"]]
        assert row["reference_rollout_id"] == (known[-1] if known else None)
    made = {row["rollout_id"]: row["step"] for row in rows(whole, "rollouts")}
    ages = {row["step"] - made[row["reference_rollout_id"]] for row in rows(whole, "rollouts") if row["reference_rollout_id"]}
    assert 0 in ages
    assert max(ages) > 0


def test_consistency_is_the_judges_word_and_0_without_reference_or_thoughts(whole: ReinforceJob) -> None:
    words = {row["subject_id"]: row for row in rows(whole, "judgements")}
    for row in rows(whole, "rollouts", stream="textual"):
        value = dict(row["rewards"])["consistency"]
        is_asked = row["reference_rollout_id"] is not None and "<think>\n\n" not in row["text"]
        assert (row["rollout_id"] in words) == is_asked
        assert value == (words[row["rollout_id"]]["value"] if is_asked else 0.0)
    assert {row["name"] for row in words.values()} == {"judge_consistency"}
    assert len({row["value"] for row in words.values()}) > 1


def test_every_call_is_a_row_and_no_question_was_asked_twice(whole: ReinforceJob, url: str) -> None:
    paid = [row["request_id"] for row in rows(whole, "requests")]
    assert len(paid) == len(set(paid))
    assert set(paid) == {name for row in rows(whole, "judgements") for name in row["request_ids"]}


@pytest.mark.slow
def test_two_processes_that_are_killed_end_as_one_did_and_the_archive_is_not_lost(whole: ReinforceJob, tmp_path: Path, url: str) -> None:
    before = calls(url)
    killed = whole.model_copy(update={"store": whole.output.parent / "elsewhere", "output": tmp_path / "out"})
    kill_two(killed)
    asked = len(rows(killed, "requests"))
    reinforce(killed)
    for table_name in ("rollouts", "groups", "archive", "judgements"):
        assert rows(killed, table_name) == rows(whole, table_name), table_name
    paid = [row["request_id"] for row in rows(killed, "requests")]
    assert asked
    assert len(paid) == len(set(paid)) == calls(url) - before
    known = {row["rollout_id"] for row in rows(killed, "archive") if row["step"] <= SEALED}
    assert known & {row["reference_rollout_id"] for row in rows(killed, "rollouts") if row["step"] > SEALED}


def kill_two(job: ReinforceJob) -> None:
    """Two processes at work on a job, killed with SIGKILL once a step beyond the last checkpoint is on disk."""
    path = write_job(job, job.output.with_suffix(".json"))
    module = ["-m", "tests.models.scripted_streams", "--job", str(path)]
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2", *module]
    environment = os.environ | {"CUDA_VISIBLE_DEVICES": "", "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    due = Path(job.store) / "runs" / job.run_id / "rollouts" / f"step-{KILLED:08d}.parquet"
    child = psutil.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    ends = time.monotonic() + START_S
    while not (is_due := due.exists()) and child.poll() is None and time.monotonic() < ends:
        time.sleep(0.002)
    for process in [*child.children(recursive=True), child] if child.is_running() else []:
        process.kill()
    _, errors = child.communicate()
    assert is_due, errors.decode()
