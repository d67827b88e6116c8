"""An endpoint that sits exams: the embedded teacher, over real HTTP."""

import json
from typing import Any

import pytest

from data.evidence import EvidenceConfig
from data.observing import TurnsConfig
from data.store import Manifest, Store
from data.viewing import ViewConfig
from models.exams.config import AskingConfig, EndpointConfig, EvaluateConfig
from models.student.config import StudentConfig
from tasks.evaluate import evaluate_student
from tasks.run import StageRun
from tasks.stage import Stage
from tests.tasks.conftest import StageRuns

ASKED = StudentConfig(dialect="ivgr", prompt="spelled", view=ViewConfig(space="grid:1000"))
MODES = {"grounded": AskingConfig(), "crops": AskingConfig(evidence=EvidenceConfig())}


def asked(stage_run: StageRuns, **settings: Any) -> StageRun:
    config = EvaluateConfig.model_validate({"endpoint": EndpointConfig(), "checkpoints": [], "limit": 8, "modes": MODES, **settings})
    return stage_run(Stage.EVALUATE, config, student=ASKED, without=("checkpoints",))


def rows(store: Store, manifest: Manifest, table_name: str) -> list[dict[str, Any]]:
    return store.read(manifest.outputs[table_name]).to_pylist()


def test_an_endpoint_answers_and_is_scored_as_a_student_is(stage_run: StageRuns) -> None:
    run = asked(stage_run, modes={})
    manifest = evaluate_student.fn(run)
    found = rows(run.store, manifest, "predictions")
    assert {(row["model"], row["checkpoint_id"], row["protocol"]) for row in found} == {("embedded-sight", None, "strict")}
    assert sum(row["correct"] for row in found) >= 5
    assert len(rows(run.store, manifest, "requests")) == 8
    scores = rows(run.store, manifest, "scores")
    assert json.loads(scores[0]["settings"])["endpoint"]["model"] == "embedded-sight"
    assert not any(row["verified"] for row in scores), "a limit leaves items out"


def test_a_second_answer_stands_behind_the_crops_of_the_first(stage_run: StageRuns) -> None:
    run = asked(stage_run)
    manifest = evaluate_student.fn(run)
    found = [row for row in rows(run.store, manifest, "predictions") if row["mode"] == "crops"]
    shown = [turn for row in found for turn in row["turns"] if turn["crop"]]
    assert shown
    assert all(turn["image_id"] and len(turn["crop"]) == 4 for turn in shown)
    assert [turn["role"] for turn in found[0]["turns"]].count("assistant") == 2
    assert len(rows(run.store, manifest, "requests")) == 16


def test_an_endpoint_can_ask_for_closer_looks(stage_run: StageRuns) -> None:
    zoom = AskingConfig(dialect="vigorl_zoom", turns=TurnsConfig(most_looks=2))
    run = asked(stage_run, modes={"zoom": zoom}, limit=4)
    found = rows(run.store, evaluate_student.fn(run), "predictions")
    looks = [turn for row in found for turn in row["turns"] if turn["crop"]]
    assert looks
    assert {row["stop_reason"] for row in found} <= {"answered", "forced"}
    assert sum(row["correct"] for row in found) >= 2
    replies = {row["request_id"]: row for row in run.store.requests()}
    for row in found:
        assert row["completion_tokens"] == sum(replies[request_id]["completion_tokens"] for request_id in row["request_ids"])
    assert max(len(row["request_ids"]) for row in found) > 1


def test_calls_that_were_answered_are_not_made_again(stage_run: StageRuns) -> None:
    run = asked(stage_run, modes={})
    evaluate_student.fn(run)
    again = StageRun(run.store, run.order, "run_again_____________________")
    assert rows(run.store, evaluate_student.fn(again), "predictions")
    assert {row["run_id"] for row in run.store.requests() if row["purpose"] == "evaluate"} == {run.run_id}


def test_where_the_budget_ends_items_stay_without_a_reply_and_the_scores_say_so(stage_run: StageRuns) -> None:
    run = asked(stage_run, modes={}, budget={"calls": 3})
    manifest = evaluate_student.fn(run)
    found = rows(run.store, manifest, "predictions")
    left = [row for row in found if row["text"] is None]
    assert len(left) == 5
    assert all(row["parse_error"].startswith("no reply: unasked") and not row["correct"] for row in left)
    assert [row["request_ids"] for row in left] == [[]] * 5
    assert not any(row["verified"] for row in rows(run.store, manifest, "scores"))


def test_an_endpoint_with_a_price_cap_needs_a_price() -> None:
    with pytest.raises(ValueError, match=r"evaluate\.budget\.dollars needs evaluate\.endpoint\.prices"):
        EvaluateConfig.model_validate({"endpoint": {"provider": "openai", "model": "m"}, "budget": {"dollars": 1}})
