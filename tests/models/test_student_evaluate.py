import json
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from data.benchmarks.registry import UnknownBenchmarkError
from data.observing import TurnsConfig
from data.store import Store
from data.tables import TABLES
from data.viewing import ViewConfig
from models.exams.config import AskingConfig, EvaluateConfig
from models.exams.job import PREDICTIONS, SCORES, EvaluateJob, Results, read_results, shards_done
from models.student.config import StudentConfig
from models.student.evaluate import evaluate, main

VIEW = ViewConfig(space="grid:100", min_pixels=112 * 112, max_pixels=112 * 112)


@pytest.fixture(scope="module")
def job(made_store: Store, tiny_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> EvaluateJob:
    return EvaluateJob(
        store=made_store.root,
        run_id="run_evaluated",
        samples=made_store.resolve("samples").version_id,
        images=made_store.resolve("images").version_id,
        checkpoint_id="ckp_tiny",
        model=str(tiny_folder),
        name="tiny",
        student=StudentConfig(view=VIEW, max_new_tokens=6),
        config=EvaluateConfig(batch_size=4, threads=1),
        output=tmp_path_factory.mktemp("answers"),
    )


@pytest.fixture(scope="module")
def results(job: EvaluateJob) -> Results:
    path = job.output / "job.json"
    path.write_text(job.model_dump_json())
    main(["--job", str(path)])
    return read_results(job.output)


def changed(job: EvaluateJob, **fields: Any) -> EvaluateJob:
    return job.model_copy(update=fields)


def test_every_held_out_sample_is_answered_once(results: Results, made_store: Store) -> None:
    rows = made_store.read(made_store.resolve("samples"), ["sample_id", "split"]).to_pylist()
    asked = {row["sample_id"] for row in rows if row["split"] == "test"}
    answered = results.predictions.column("sample_id").to_pylist()
    assert set(answered) == asked
    assert len(answered) == len(asked)


def test_rows_have_the_declared_columns(results: Results) -> None:
    assert results.predictions.schema.equals(TABLES["predictions"].schema)
    assert results.scores.schema.equals(TABLES["scores"].schema)


def test_an_untrained_student_is_wrong_and_says_why(results: Results) -> None:
    assert all(row["parse_error"] and not row["correct"] for row in results.predictions.to_pylist())


def test_scores_name_what_they_were_measured_with(results: Results, job: EvaluateJob) -> None:
    whole = next(row for row in results.scores.to_pylist() if row["metric"] == "macro_accuracy")
    assert (whole["benchmark_version"], whole["verified"], whole["model"], whole["n"]) == (job.samples, True, "tiny", 18)
    assert whole["prompt_hash"]


def test_a_student_can_be_asked_in_another_dialect(job: EvaluateJob, results: Results, tmp_path: Path) -> None:
    asked = job.config.model_copy(update={"dialect": "textual", "prompt": "instructed", "mode": "textual", "limit": 4})
    evaluate(changed(job, output=tmp_path, config=asked))
    row = read_results(tmp_path).scores.to_pylist()[0]
    student = json.loads(row["settings"])["student"]
    assert (row["mode"], student["dialect"], student["prompt"]) == ("textual", "textual", "instructed")
    assert row["prompt_hash"] != results.scores.column("prompt_hash")[0].as_py()


def test_every_benchmark_is_asked_in_every_mode(job: EvaluateJob, tmp_path: Path) -> None:
    modes = {"grounded": AskingConfig(dialect="ivgr"), "textual": AskingConfig(dialect="textual", temperature=1.0)}
    evaluate(changed(job, output=tmp_path, config=job.config.model_copy(update={"modes": modes, "limit": 4})))
    found = read_results(tmp_path)
    rows = found.predictions.to_pylist()
    assert Counter(row["mode"] for row in rows) == {"grounded": 4, "textual": 4}
    assert len({row["prediction_id"] for row in rows}) == 8
    assert {(row["mode"], json.loads(row["settings"])["student"]["dialect"]) for row in found.scores.to_pylist()} == {
        ("grounded", "ivgr"),
        ("textual", "textual"),
    }
    temperatures = {(row["mode"], json.loads(row["settings"])["evaluate"]["temperature"]) for row in found.scores.to_pylist()}
    assert temperatures == {("grounded", 0.0), ("textual", 1.0)}


def test_an_answer_stands_behind_its_question_and_image(results: Results, made_store: Store) -> None:
    samples = {row["sample_id"]: row for row in made_store.read(made_store.resolve("samples")).to_pylist()}
    for row in results.predictions.to_pylist():
        *asked, said = row["turns"]
        assert [turn["image_id"] for turn in asked] == samples[row["sample_id"]]["image_ids"]
        assert asked[-1]["text"].startswith(samples[row["sample_id"]]["question"])
        assert (said["role"], said["text"], row["stop_reason"]) == ("assistant", row["text"], "length")
        assert (row["completion_tokens"], row["image_tokens"]) == (6, 16 * len(asked))


def test_a_student_that_looks_closer_can_be_asked_at_first_sight(job: EvaluateJob, tmp_path: Path) -> None:
    asked = job.config.model_copy(update={"dialect": "vigorl_zoom", "turns": TurnsConfig(most_looks=0, opens_answer=True), "limit": 4})
    evaluate(changed(job, output=tmp_path, config=asked))
    student = json.loads(read_results(tmp_path).scores.to_pylist()[0]["settings"])["student"]
    assert (student["turns"]["most_looks"], student["turns"]["opens_answer"]) == (0, True)


def test_a_killed_evaluation_repeats_no_finished_shard(job: EvaluateJob, results: Results, tmp_path: Path) -> None:
    again = changed(job, output=tmp_path, config=job.config.model_copy(update={"limit": 16}))
    evaluate(again)
    first, second = sorted(tmp_path.rglob("shard-*.parquet"))
    stamp = first.stat().st_mtime_ns
    for path in (second, tmp_path / PREDICTIONS, tmp_path / SCORES):
        path.unlink()
    evaluate(again)
    assert first.stat().st_mtime_ns == stamp
    assert shards_done(tmp_path) == 2


def test_a_restarted_evaluation_gives_the_same_rows(job: EvaluateJob, results: Results) -> None:
    max(job.output.rglob("shard-*.parquet")).unlink()
    for name in (PREDICTIONS, SCORES):
        (job.output / name).unlink()
    evaluate(job)
    assert read_results(job.output).predictions.equals(results.predictions)


def test_shards_of_another_job_are_not_taken(job: EvaluateJob) -> None:
    other = changed(job, samples="ver_other")
    assert other.fingerprint() != job.fingerprint()
    assert changed(job, output=Path("elsewhere")).fingerprint() == job.fingerprint()


def test_an_unknown_benchmark_is_named(job: EvaluateJob, tmp_path: Path) -> None:
    wrong = changed(job, output=tmp_path, config=job.config.model_copy(update={"benchmarks": ["nothing"]}))
    with pytest.raises(UnknownBenchmarkError, match="no benchmark 'nothing'; there are scenes"):
        evaluate(wrong)


def test_no_held_out_samples_give_empty_tables(job: EvaluateJob, tmp_path: Path) -> None:
    evaluate(changed(job, output=tmp_path, config=job.config.model_copy(update={"splits": ["validation"]})))
    found = read_results(tmp_path)
    assert isinstance(found.scores, pa.Table)
    assert (found.predictions.num_rows, found.scores.num_rows) == (0, 0)
