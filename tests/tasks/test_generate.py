import pytest

from data.store import Manifest
from flows.session import failed_samples
from models.teacher.config import GenerateConfig, TeacherConfig
from models.teacher.errors import TeacherFailedError
from models.teacher.loopback import start_embedded
from tasks.generate import generate_shard, publish_traces, wanted_samples
from tasks.run import StageRun
from tasks.stage import Stage
from tests.models.teacher.chaos import chaotic_teacher
from tests.tasks.conftest import StageRuns

NEVER = ["400"] * 1000


@pytest.fixture
def run(stage_run: StageRuns, monkeypatch: pytest.MonkeyPatch) -> StageRun:
    monkeypatch.setenv("OPENAI_API_KEY", "a key")
    teacher = TeacherConfig(provider="chaos", attempts=1, in_flight=1)
    return stage_run(Stage.GENERATE, GenerateConfig(teacher=teacher), without=("traces",))


def generate(run: StageRun, url: str) -> Manifest:
    ids = wanted_samples(run, run.config(GenerateConfig))
    return publish_traces(run, generate_shard.fn(run, tuple(ids), url))


def test_what_was_answered_is_published_and_what_failed_is_counted(run: StageRun) -> None:
    with chaotic_teacher("ok", "400", "400") as chaos:
        made = generate(run, chaos.url).outputs
    assert made["traces"].rows == made["requests"].rows - 2
    assert failed_samples(run.store, made["requests"]) == 2


def test_only_what_failed_is_asked_again(run: StageRun) -> None:
    with chaotic_teacher("400", "ok", "400") as chaos:
        first = generate(run, chaos.url).outputs
        asked = len(chaos.calls)
        run.run_id, run.force = f"{run.run_id[:-1]}2", True
        second = generate(run, chaos.url).outputs
        assert len(chaos.calls) == asked + 2
    assert second["traces"].rows == first["requests"].rows
    assert failed_samples(run.store, second["requests"]) == 0


def test_a_teacher_that_answers_no_call_fails_the_stage_in_its_own_words(run: StageRun) -> None:
    before = run.store.versions("traces")
    with chaotic_teacher(*NEVER) as chaos, pytest.raises(TeacherFailedError, match=r"none of 24 calls.*400"):
        generate(run, chaos.url)
    assert run.store.versions("traces") == before


def test_the_picks_among_explanations_are_published_as_judgements(stage_run: StageRuns) -> None:
    run = stage_run(Stage.GENERATE, GenerateConfig(method="rationalize", candidates=2), without=("traces",))
    with start_embedded() as url:
        made = generate(run, url).outputs
    traces, judged = (run.store.read(made[name]).to_pylist() for name in ("traces", "judgements"))
    selected = {row["trace_id"] for row in traces if row["selected"]}
    assert len(selected) == len(traces) / 2
    assert {row["subject_id"] for row in judged if row["value"] == 1} <= selected
