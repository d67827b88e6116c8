"""Reinforce as a stage: who judges, what was asked, and where the key is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from models.student.config import StudentConfig
from models.training.config import ReinforceConfig
from models.training.errors import TrainingError
from tasks.reinforce import asked_judge, key_of, reinforce_student
from tasks.stage import Stage
from tests.models.folders import build_folder, view
from tests.models.teacher.chaos import chaotic_teacher
from tests.tasks.conftest import StageRuns

SMALL: dict[str, Any] = {"steps": 1, "groups_per_step": 2, "rollouts_per_group": 2, "launch": {"threads": 1}}
KEY = "sk-not-to-be-seen"


def config(**given: Any) -> ReinforceConfig:
    return ReinforceConfig.model_validate(SMALL | given)


@pytest.mark.slow
def test_what_a_judge_was_asked_is_published_and_its_key_is_on_no_disk(
    stage_run: StageRuns, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOVEA_TEST_KEY", KEY)
    build_folder(tmp_path / "student", "qwen2_5_vl", 56)
    student = StudentConfig(base=str(tmp_path / "student"), view=view(56), max_new_tokens=4)
    with chaotic_teacher("<score>1</score>", "<score>5</score>", "500", "<score>3</score>") as chaos:
        teacher = {"provider": "elsewhere", "base_url": chaos.url, "key_variable": "FOVEA_TEST_KEY", "attempts": 1, "in_flight": 1}
        asking = config(plugins=["tests.tasks.asking_part"], rewards={"asking": 1.0}, judge={"teacher": teacher})
        run = stage_run(Stage.REINFORCE, asking, student=student, without=("checkpoints",))
        run.folder.path.mkdir(parents=True)
        manifest = reinforce_student.fn(run)
    judgements = run.store.read(manifest.outputs["judgements"]).to_pylist()
    rollouts = {row["rollout_id"]: row for row in run.store.read(manifest.outputs["rollouts"]).to_pylist()}
    assert sorted(row["value"] for row in judgements if row["value"] is not None) == [0.0, 0.5, 1.0]
    assert all(dict(rollouts[row["subject_id"]]["rewards"])["asking"] == row["value"] for row in judgements)
    assert [row["masked"] for row in rollouts.values()] == [dict(row["rewards"])["asking"] is None for row in rollouts.values()]
    assert run.store.read(manifest.outputs["requests"]).num_rows == 4
    assert run.folder.recorded()["note"].startswith("1 of 4 judgements have no value; the first: 1 of 1 samples gave no score")
    assert set(chaos.keys) == {f"Bearer {KEY}"}
    assert not any(KEY.encode() in path.read_bytes() for path in run.store.root.rglob("*") if path.is_file())


def test_an_offline_judge_needs_no_endpoint_and_an_asking_part_needs_a_judge() -> None:
    rewards = {"consistency": 1.0, "format": 1.0}
    assert asked_judge(config(rewards=rewards, judge={"strategy": "offline"})) is None
    assert asked_judge(config(judge={})) is None
    with pytest.raises(TrainingError, match=r"add a section \[reinforce.judge\]"):
        asked_judge(config(rewards=rewards))


def test_the_judges_key_goes_by_the_name_of_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = asked_judge(config(rewards={"judged_answer": 1.0}, judge={"teacher": {"key_variable": "FOVEA_TEST_KEY"}}))
    assert asked is not None
    assert key_of(asked) == {}
    monkeypatch.setenv("FOVEA_TEST_KEY", KEY)
    assert key_of(asked) == {"FOVEA_TEST_KEY": KEY}
