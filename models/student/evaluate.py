"""Evaluate: a student answers benchmarks, greedily, in batches; every answer and every score becomes a row.

Started under ``accelerate launch`` with ``--job job.json`` (``models.student.evaluation``). With several processes the shards are
shared out, and the first process writes the results.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from data.benchmarks.benchmark import Asking, Benchmark
from data.benchmarks.figures import Origin, score_rows
from data.benchmarks.registry import get_benchmark
from data.conversation import text_of
from data.dialects import get_dialect
from data.identity import Kind, digest, entity_id
from data.plugins import load_plugins
from data.rows import sample_from_row
from data.sample import Sample
from data.space import Frame
from data.store import Store
from data.store.files import replaced
from data.store.images import ImageReader
from data.store.writer import write_parquet
from data.tables import arrow
from data.trace import Answer
from models.student.config import StudentConfig
from models.student.evaluation import PREDICTIONS, SCORES, EvaluateJob, read_job

if TYPE_CHECKING:
    from models.student.encoding import Encoder
    from models.student.turns import Ask, Episode


@dataclass(frozen=True, slots=True)
class Exam:
    """A benchmark with its items and how this student is asked."""

    benchmark: Benchmark
    items: list[Sample]
    mode: str
    """What the way of asking is called."""
    settings: StudentConfig
    """How the student sees and speaks in it."""
    temperature: float

    @property
    def asking(self) -> Asking:
        return Asking(self.settings.prompt, self.settings.dialect)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the job named on the command line."""
    parser = argparse.ArgumentParser(prog="python -m models.student.evaluate")
    parser.add_argument("--job", type=Path, required=True)
    evaluate(read_job(parser.parse_args(arguments).job))


def evaluate(job: EvaluateJob) -> None:
    """Answer what is missing and write ``predictions.parquet`` and ``scores.parquet``. Raises ``UnknownBenchmarkError``."""
    if (job.output / PREDICTIONS).exists() and (job.output / SCORES).exists():
        return
    load_plugins(job.config.plugins)
    import torch
    from accelerate import PartialState

    torch.set_num_threads(job.config.threads)
    state = PartialState(cpu=not torch.cuda.is_available())
    _Child(job, state).run()


class _Child:
    """One process of an evaluation."""

    def __init__(self, job: EvaluateJob, state: Any) -> None:
        self.job = job
        self.state = state
        self.store = Store.open(job.store)
        self.images = ImageReader(self.store, self.store.resolve("images", job.images) if job.images else None)

    def run(self) -> None:
        exams = list(self._exams())
        for exam in exams:
            for number, items in enumerate(_shards(exam.items, self.job.shard_size)):
                path = self._shard(exam, number)
                if number % self.state.num_processes == self.state.process_index and not path.exists():
                    write_rows(path, "predictions", self._answer(exam, items))
        self.state.wait_for_everyone()
        if self.state.is_main_process:
            self._finish(exams)

    @cached_property
    def settings(self) -> StudentConfig:
        """How this student sees and speaks: the job's word, else what stands beside the checkpoint."""
        from models.student.settings import read_settings

        return self.job.student or read_settings(Path(self.job.model)) or self.student.config

    @cached_property
    def student(self) -> Any:
        """The model, loaded when the first shard needs it."""
        from models.student.load import load_student

        student = load_student(self.job.model, self.job.student)
        student.model.to(self.state.device)
        return student

    def _exams(self) -> Iterator[Exam]:
        rows = self.store.read(self.store.resolve("samples", self.job.samples)).to_pylist()
        samples = [sample_from_row(row) for row in rows]
        config = self.job.config
        for name in config.benchmarks:
            benchmark = get_benchmark(name, config.protocol)
            items = benchmark.items(samples, config.splits, config.limit)
            for mode, asking in config.askings.items():
                asked = {name: value for name in type(asking).model_fields if (value := getattr(asking, name)) is not None}
                temperature = asked.pop("temperature", config.temperature)
                yield Exam(benchmark, items, mode, self.settings.model_copy(update=asked), temperature)

    def _shard(self, exam: Exam, number: int) -> Path:
        folder = self.job.output / f"shards-{self.job.fingerprint()[:16]}" / f"{exam.benchmark.name}-{exam.mode}"
        return folder / f"shard-{number:05d}.parquet"

    def _frames(self, sample: Sample) -> tuple[Frame, ...]:
        return self.settings.view.frames(map(self.images.size, sample.image_ids))

    def _answer(self, exam: Exam, items: Sequence[Sample]) -> list[dict[str, Any]]:
        """The rows of a shard, answered in batches."""
        from models.student.answering import Answerer

        answerer = Answerer(self.student, exam.settings, exam.temperature)
        return [
            self._row(exam, item, episode)
            for batch in _shards(items, self.job.config.batch_size)
            for item, episode in zip(batch, answerer.answer([self._ask(exam, item, answerer.encoder) for item in batch]), strict=True)
        ]

    def _ask(self, exam: Exam, sample: Sample, encoder: Encoder) -> Ask:
        from models.student.turns import Ask

        frames, images = self._frames(sample), [self.images.open(name) for name in sample.image_ids]
        prompt = encoder.encode(exam.benchmark.prompt(sample, exam.asking, frames), images)
        return Ask(prompt, images, frames, item_seed(self.job.config.seed, sample.sample_id))

    def _row(self, exam: Exam, sample: Sample, episode: Episode) -> dict[str, Any]:
        from models.student.turn_rows import turn_rows

        job, config, frames = self.job, self.job.config, self._frames(sample)
        parsed = get_dialect(exam.asking.dialect).parse_turns(episode.said, frames, sample.task)
        answer = parsed.trace.answer if parsed.trace is not None else None
        grade = exam.benchmark.grade(sample, answer, frames)
        origin = [job.run_id, job.checkpoint_id, exam.benchmark.name, config.protocol, exam.mode, sample.sample_id]
        return {
            "prediction_id": entity_id(Kind.PREDICTION, *origin),
            "run_id": job.run_id,
            "checkpoint_id": job.checkpoint_id,
            "model": job.name,
            "benchmark": exam.benchmark.name,
            "protocol": config.protocol,
            "mode": exam.mode,
            "sample_id": sample.sample_id,
            "turns": turn_rows(text_of(exam.benchmark.prompt(sample, exam.asking, frames)), sample.image_ids, episode),
            "text": episode.text,
            **_places(answer),
            "parse_error": parsed.error,
            "stop_reason": episode.stop_reason,
            "prompt_tokens": episode.prompt_tokens,
            "completion_tokens": episode.completion_tokens,
            "image_tokens": episode.image_tokens,
            "correct": grade.correct,
            "iou": grade.iou,
            "scores": list(grade.scores.items()),
            "category": exam.benchmark.kind(sample),
            "difficulty_band": sample.difficulty_band,
            "settings_hash": digest(self._settings(exam)),
        }

    def _settings(self, exam: Exam) -> dict[str, Any]:
        config = self.job.config.model_dump(mode="json", include={"seed", "batch_size", "splits", "limit"})
        return {"student": exam.settings.model_dump(mode="json"), "evaluate": config | {"temperature": exam.temperature}}

    def _finish(self, exams: Sequence[Exam]) -> None:
        predictions: list[dict[str, Any]] = []
        scores: list[dict[str, Any]] = []
        for exam in exams:
            paths = [self._shard(exam, number) for number, _ in enumerate(_shards(exam.items, self.job.shard_size))]
            rows = [row for path in paths for row in pq.read_table(path).to_pylist()]
            predictions += rows
            scores += score_rows(rows, self._origin(exam, rows), self.job.config.seed)
        write_rows(self.job.output / SCORES, "scores", scores)
        write_rows(self.job.output / PREDICTIONS, "predictions", predictions)

    def _origin(self, exam: Exam, rows: Sequence[dict[str, Any]]) -> Origin:
        job, config = self.job, self.job.config
        answered = {row["sample_id"] for row in rows}
        return Origin(
            run_id=job.run_id,
            checkpoint_id=job.checkpoint_id,
            model=job.name,
            benchmark=exam.benchmark.name,
            protocol=config.protocol,
            mode=exam.mode,
            settings=self._settings(exam),
            prompt_hash=exam.benchmark.prompt_hash(exam.asking),
            benchmark_version=job.samples,
            verified=answered == {item.sample_id for item in exam.items},
        )


def write_rows(path: Path, table_name: str, rows: Sequence[dict[str, Any]]) -> None:
    """Write a whole Parquet file, on disk, or nothing."""
    with replaced(path) as part:
        write_parquet(part, table_name, arrow(table_name, list(rows)))


def _shards(items: Sequence[Sample], size: int) -> Iterator[Sequence[Sample]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def item_seed(seed: int, sample_id: str) -> int:
    """The seed of one item's answer, whatever is asked beside it."""
    return int(digest("item", seed, sample_id)[:8], 16)


def _places(answer: Answer | None) -> dict[str, Any]:
    if answer is None:
        return {"answer": None, "points": None, "boxes": None}
    return {"answer": answer.text, "points": list(map(asdict, answer.points)), "boxes": list(map(asdict, answer.boxes))}


if __name__ == "__main__":
    main()
