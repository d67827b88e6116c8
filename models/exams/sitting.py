"""Sitting: exams answered shard by shard; every answer and every score becomes a row.

With several processes the shards are shared out, and the first process writes the results.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from data.benchmarks.figures import Origin, score_rows
from data.benchmarks.registry import is_verified
from data.rows import sample_from_row
from data.sample import Sample
from data.store import Store
from data.store.files import replaced
from data.store.images import ImageReader
from data.store.writer import write_parquet
from data.tables import arrow
from models.exams.exam import Exam, Examinee, exams
from models.exams.job import PREDICTIONS, SCORES, EvaluateJob
from models.exams.marking import exam_settings, prediction_rows
from models.student.config import StudentConfig

Row = dict[str, Any]


class Sitting:
    """The exams of one job."""

    def __init__(self, job: EvaluateJob, settings: StudentConfig, process: int = 0, processes: int = 1) -> None:
        """``settings`` say how the model sees and speaks. Raises ``UnknownBenchmarkError``."""
        self.job = job
        self._share = process, processes
        store = Store.open(job.store)
        self.images = ImageReader(store, store.resolve("images", job.images) if job.images else None)
        samples = [sample_from_row(row) for row in store.read(store.resolve("samples", job.samples)).to_pylist()]
        self.exams = list(exams(job.config, settings, samples))

    def answer(self, examinee: Callable[[], Examinee], on_item: Callable[[int], None] | None = None) -> None:
        """Answer this process's share of what is missing; the examinee is asked for when there is something to answer."""
        process, processes = self._share
        for exam in self.exams:
            for number, items in enumerate(in_lots(exam.items, self.job.shard_size)):
                path = self._shard(exam, number)
                if number % processes == process and not path.exists():
                    write_rows(path, "predictions", self._answered(examinee(), exam, items))
                if on_item is not None:
                    on_item(len(items))

    def finish(self) -> None:
        """Write both results from the shards."""
        predictions: list[Row] = []
        scores: list[Row] = []
        for exam in self.exams:
            paths = [self._shard(exam, number) for number, _ in enumerate(in_lots(exam.items, self.job.shard_size))]
            rows = [row for path in paths for row in pq.read_table(path).to_pylist()]
            predictions += rows
            for protocol in exam.protocols:
                judged = [row for row in rows if row["protocol"] == protocol]
                scores += score_rows(judged, self._origin(exam, protocol, judged), self.job.config.seed)
        write_rows(self.job.output / SCORES, "scores", scores)
        write_rows(self.job.output / PREDICTIONS, "predictions", predictions)

    def _answered(self, examinee: Examinee, exam: Exam, items: Sequence[Sample]) -> list[Row]:
        """The rows of a shard, answered in batches."""
        return [
            row
            for batch in in_lots(items, self.job.config.batch_size)
            for item, response in zip(batch, examinee.answer(exam, batch), strict=True)
            for row in prediction_rows(self.job, exam, item, response, exam.frames(item, self.images))
        ]

    def _shard(self, exam: Exam, number: int) -> Path:
        folder = self.job.output / f"shards-{self.job.fingerprint()[:16]}" / f"{exam.benchmark.name}-{exam.mode}"
        return folder / f"shard-{number:05d}.parquet"

    def _origin(self, exam: Exam, protocol: str, rows: Sequence[Row]) -> Origin:
        answered = {row["sample_id"] for row in rows if row["text"] is not None}
        is_whole = self.job.config.limit is None and answered == {item.sample_id for item in exam.items}
        return Origin(
            run_id=self.job.run_id,
            checkpoint_id=self.job.checkpoint_id,
            model=self.job.name,
            benchmark=exam.benchmark.name,
            protocol=protocol,
            mode=exam.mode,
            settings=exam_settings(self.job, exam),
            prompt_hash=exam.prompt_hash,
            benchmark_version=self.job.samples,
            verified=is_whole and is_verified(exam.benchmark),
        )


def write_rows(path: Path, table_name: str, rows: Sequence[Row]) -> None:
    """Write a whole Parquet file, on disk, or nothing."""
    with replaced(path) as part:
        write_parquet(part, table_name, arrow(table_name, list(rows)))


def in_lots(items: Sequence[Sample], size: int) -> Iterator[Sequence[Sample]]:
    """So many items at a time."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
