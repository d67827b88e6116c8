import logging
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from data.store import Manifest
from flows.session import failed_samples
from models.teacher.config import BudgetConfig, GenerateConfig, TeacherConfig
from models.teacher.errors import TeacherFailedError, TeacherRefusedError
from models.teacher.loopback import start_embedded
from models.teacher.method import Made
from tasks.generate import generate_shard, one_session, publish_traces, summary, wanted_samples
from tasks.run import StageRun
from tasks.stage import Stage
from tests.models.teacher.chaos import chaotic_teacher
from tests.tasks.conftest import StageRuns

NEVER = ["400"] * 1000
KEY = "sk-secret-0123456789abcdef"


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


def test_a_spent_budget_publishes_what_there_is_and_a_note_that_says_so(run: StageRun) -> None:
    run.order = replace(run.order, config=GenerateConfig(teacher=TeacherConfig(provider="chaos"), budget=BudgetConfig(calls=10)))
    with chaotic_teacher() as chaos:
        made = generate(run, chaos.url).outputs
    assert (len(chaos.calls), made["traces"].rows, made["requests"].rows) == (10, 10, 10)
    note = run.folder.recorded()["note"]
    assert note == "the budget (calls 10) is spent and 14 samples are unfinished; a higher one, or --force generate, goes on with them"


def test_samples_that_the_budget_left_are_counted() -> None:
    told = {row["what"]: row["rows"] for row in summary(3, Made(unfinished=["smp_a", "smp_b"]), [])}
    assert told["samples unfinished, the budget being spent"] == 2


def test_the_shards_of_a_stage_share_one_session(run: StageRun) -> None:
    config = run.config(GenerateConfig)
    ids = wanted_samples(run, config)
    with chaotic_teacher() as chaos, one_session(run, config, chaos.url):
        chaos.delay_s = 0.02
        with ThreadPoolExecutor(3) as pool:
            made = Made.together(pool.map(lambda number: generate_shard.fn(run, tuple(ids[number::3]), chaos.url), range(3)))
    assert (chaos.most_at_once, len(made.traces)) == (1, 24)
    assert Counter(call["messages"][0]["role"] for call in chaos.calls) == {"user": 24}


def test_the_key_is_in_no_table_log_or_error(
    run: StageRun, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    caplog.set_level(logging.DEBUG)
    run.order = replace(run.order, config=GenerateConfig(teacher=TeacherConfig(provider="chaos", attempts=2, in_flight=1)))
    with chaotic_teacher("echo", "500", "ok", "400") as chaos:
        generate(run, chaos.url)
    run.run_id, run.force = f"{run.run_id[:-1]}2", True
    with chaotic_teacher("401") as chaos, pytest.raises(TeacherRefusedError) as refusal:
        generate(run, chaos.url)
    assert set(chaos.keys) == {f"Bearer {KEY}"}
    assert KEY not in "".join([str(refusal.value), repr(refusal.value), caplog.text, *capfd.readouterr()])
    assert holders(run.store.root, KEY) == []
    assert len(holders(run.store.root, "[key]")) > 1


def holders(folder: Path, text: str) -> list[Path]:
    """Files with the text, Parquet files with it in a cell."""
    return [path for path in folder.rglob("*") if path.is_file() and text.encode() in plain(path)]


def plain(path: Path) -> bytes:
    """A file's bytes, and of Parquet, which is compressed, what its cells say."""
    cells = repr(pq.read_table(path, partitioning=None).to_pylist()).encode() if path.suffix == ".parquet" else b""
    return path.read_bytes() + cells
