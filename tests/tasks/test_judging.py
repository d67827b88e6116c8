from collections.abc import Iterator
from dataclasses import replace

import httpx2 as httpx
import pytest

from data.rows import Row, sample_from_row
from data.store import Manifest
from models.teacher.errors import TeacherFailedError
from models.teacher.judge.config import JudgeTeacherConfig
from models.teacher.loopback import start_embedded
from tasks.config import CurateJudgeConfig, CurateStageConfig
from tasks.curate import curate_traces
from tasks.judging import judgement_rows
from tasks.run import StageRun
from tasks.stage import Stage
from tests.models.teacher.chaos import chaotic_teacher
from tests.tasks.conftest import StageRuns


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with start_embedded() as base_url:
        yield base_url


@pytest.fixture
def run(stage_run: StageRuns) -> StageRun:
    return stage_run(Stage.CURATE, CurateStageConfig())


def judged(run: StageRun, **config: object) -> list[Row]:
    inputs = run.order.inputs
    samples = [sample_from_row(row) for row in run.store.read(inputs["samples"]).to_pylist()]
    traces = run.store.read(inputs["traces"]).to_pylist()
    images = run.store.read(inputs["images"]).to_pylist()
    sizes = {row["image_id"]: (float(row["width"]), float(row["height"])) for row in images}
    return judgement_rows(run, samples, traces, sizes, CurateJudgeConfig.model_validate(config))


def calls(url: str) -> int:
    return int(httpx.get(f"{url}/fovea/calls").json()["calls"])


def test_every_readable_trace_is_judged_and_every_call_is_a_row(run: StageRun, url: str) -> None:
    rows = judged(run, teacher={"base_url": url})
    traces = run.store.read(run.order.inputs["traces"]).to_pylist()
    assert sorted(row["subject_id"] for row in rows) == sorted(trace["trace_id"] for trace in traces)
    assert {row["name"] for row in rows} == {"judge_chain"}
    paid = {row["request_id"] for row in run.folder.read("requests").to_pylist()}
    assert {name for row in rows for name in row["request_ids"]} == paid
    assert run.progress.done == run.progress.total == len(rows)


def test_the_same_questions_in_another_run_ask_nobody(run: StageRun, url: str) -> None:
    first, before = judged(run, teacher={"base_url": url}), calls(url)
    run.run_id = f"{run.run_id[:-1]}2"
    assert judged(run, teacher={"base_url": "http://127.0.0.1:9/v1"}) == first
    assert calls(url) == before


def test_a_spent_budget_leaves_judgements_without_a_value_and_a_note(run: StageRun, url: str) -> None:
    rows = judged(run, teacher={"base_url": url, "in_flight": 1}, budget={"calls": 2})
    left = [row for row in rows if row["value"] is None]
    assert all("the budget is spent" in row["error"] for row in left)
    note = run.folder.recorded()["note"]
    assert (
        note
        == f"the budget (calls 2) is spent and {len(left)} judgements are unfinished; a higher one, or --force curate, goes on with them"
    )
    judged(run, teacher={"base_url": url})
    assert run.folder.recorded()["note"] is None


def test_an_offline_judge_asks_nobody(run: StageRun) -> None:
    rows = judged(run, strategy="offline", rubric="answer")
    assert {row["value"] for row in rows} == {0.0, 1.0}
    assert not any(row["request_ids"] for row in rows)
    assert len(run.folder.read("requests")) == 0


def test_a_judge_that_answers_no_call_fails_the_stage_in_its_own_words(run: StageRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "a key")
    with (
        chaotic_teacher(*["400"] * 100) as chaos,
        pytest.raises(TeacherFailedError, match="the judge embedded-sight answered none"),
    ):
        judged(run, teacher=JudgeTeacherConfig(provider="chaos", base_url=chaos.url, attempts=1))


def curated(stage_run: StageRuns, number: int, rule: dict[str, object], judge: dict[str, object]) -> tuple[StageRun, Manifest]:
    """One of several curations in the same store."""
    config = CurateStageConfig.model_validate({"rules": {"judge": rule}, "judge": judge})
    run = stage_run(Stage.CURATE, config)
    run.run_id = f"{run.run_id[:-1]}{number}"
    return run, curate_traces.fn(run)


def test_another_threshold_curates_again_without_a_call(stage_run: StageRuns, url: str) -> None:
    judge: dict[str, object] = {"teacher": {"base_url": url, "temperature": 0.5}, "samples": 2}
    run, first = curated(stage_run, 1, {"minimum": 0.0}, judge)
    before = calls(url)
    run.order = replace(run.order, config=CurateStageConfig.model_validate({"rules": {"judge": {"minimum": 1.0}}, "judge": judge}))
    run.order, run.run_id = replace(run.order, settings={"minimum": 1.0}), f"{run.run_id[:-1]}2"
    second = curate_traces.fn(run)
    assert calls(url) == before
    judged, again = (run.store.read(made.outputs["judgements"]).to_pylist() for made in (first, second))
    assert judged == again
    assert "requests" in first.outputs
    assert "requests" not in second.outputs
    kept = [sum(row["kept"] for row in run.store.read(made.outputs["verdicts"]).to_pylist()) for made in (first, second)]
    assert kept[0] > kept[1]


@pytest.mark.parametrize(("unknown", "kept"), [("keep", 1), ("drop", 0)])
def test_a_judgement_that_could_not_be_had_is_what_the_rule_says_of_the_unknown(stage_run: StageRuns, unknown: str, kept: int) -> None:
    with chaotic_teacher() as chaos:
        judge = {"teacher": {"provider": "embedded", "base_url": chaos.url}, "attempts": 1}
        run, made = curated(stage_run, 1, {"minimum": 0.0, "unknown": unknown}, judge)
    rows = run.store.read(made.outputs["judgements"]).to_pylist()
    assert {row["value"] for row in rows} == {None}
    assert all("is none of 1, 2, 3, 4, 5" in row["error"] and len(row["request_ids"]) == 1 for row in rows)
    verdicts = run.store.read(made.outputs["verdicts"]).to_pylist()
    assert {row["judge"] for row in verdicts} == {None}
    assert sum(row["kept"] for row in verdicts) == kept * len(rows)
