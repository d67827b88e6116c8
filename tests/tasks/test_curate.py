from typing import Any

import pytest

from data.store import Manifest
from flows.recipe import load_recipe
from flows.walk import order_for
from models.teacher.config import GenerateConfig, TeacherConfig
from tasks.config import CurateStageConfig
from tasks.curate import curate_traces
from tasks.generate import generate_shard, publish_traces, wanted_samples
from tasks.run import StageRun
from tasks.stage import Stage
from tests.models.teacher.chaos import chaotic_teacher
from tests.tasks.conftest import StageRuns

Rules = dict[str, dict[str, Any]]


def curated(run: StageRun, rules: Rules) -> Manifest:
    """One of several curations in the same store."""
    run.order = order_for(Stage.CURATE, load_recipe("smoke", {"curate.rules": rules}), [run.order.inputs])
    run.run_id = f"{run.run_id[:-1]}{len(run.store.versions('verdicts'))}"
    return curate_traces.fn(run)


def rows(run: StageRun, made: Manifest, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = run.store.read(made.outputs[name]).to_pylist()
    return found


def test_every_trace_has_a_verdict_in_the_traces_order(stage_run: StageRuns) -> None:
    run = stage_run(Stage.CURATE, CurateStageConfig(rules={"answer_correct": {}, "length": {"minimum_characters": 60}}))
    verdicts = rows(run, curate_traces.fn(run), "verdicts")
    traces = run.store.read(run.order.inputs["traces"]).to_pylist()
    assert [row["trace_id"] for row in verdicts] == [row["trace_id"] for row in traces]
    assert all(row["kept"] == (row["reason"] is None) == (not row["failed"]) for row in verdicts)
    assert {row["kept"] for row in verdicts} == {True, False}
    assert [row["characters"] for row in verdicts] == [len(row["text"]) for row in traces]


def test_another_threshold_curates_again_and_asks_no_teacher(stage_run: StageRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "a key")
    run = stage_run(Stage.GENERATE, GenerateConfig(teacher=TeacherConfig(provider="chaos", attempts=1)), without=("traces",))
    with chaotic_teacher() as chaos:
        generated = publish_traces(run, generate_shard.fn(run, tuple(wanted_samples(run, run.config(GenerateConfig))), chaos.url))
        asked = len(chaos.calls)
        run.order.inputs["traces"] = generated.outputs["traces"]  # type: ignore[index]
        short, long = (curated(run, {"length": {"minimum_steps": 0, "maximum_characters": most}}) for most in (1, 1000))
        assert len(chaos.calls) == asked > 0
    assert all("length" in row["failed"] for row in rows(run, short, "verdicts"))
    assert not any("length" in row["failed"] for row in rows(run, long, "verdicts"))
    assert short.stage_key != long.stage_key


def test_a_threshold_is_in_the_key_of_curation_and_of_no_stage_before() -> None:
    recipes = [load_recipe("smoke", {"curate.rules.answer_iou.minimum": minimum}) for minimum in (0.5, 0.6)]
    keys = {stage: {order_for(stage, recipe, []).key for recipe in recipes} for stage in (Stage.INGEST, Stage.GENERATE, Stage.CURATE)}
    assert {stage: len(found) for stage, found in keys.items()} == {Stage.INGEST: 1, Stage.GENERATE: 1, Stage.CURATE: 2}
