"""Publish: kept traces become training conversations in one dialect, images inline."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE

from data.conversation import conversation
from data.curation.config import PublishConfig
from data.dialects import Loss, get_dialect
from data.identity import digest
from data.rows import sample_from_row, trace_from_row
from data.sample import Sample
from data.store import Manifest
from data.store.images import ImageReader
from models.student.config import StudentConfig
from tasks.progress import show_table
from tasks.run import StageRun

ROWS_PER_BATCH = 256
BUCKETS = 1 << 32
Row = dict[str, Any]


@task(name="publish conversations", cache_policy=NO_CACHE, persist_result=False)
def publish_conversations(run: StageRun) -> Manifest:
    """Publish ``sft``, and ``rejects`` for kept traces that the dialect cannot carry."""
    config, student, inputs = run.config(PublishConfig), run.order.student, run.order.inputs
    dialect = config.dialect or student.dialect
    samples = {row["sample_id"]: sample_from_row(row) for row in run.store.read(inputs["samples"]).to_pylist()}
    kept = {row["trace_id"] for row in run.store.read(inputs["verdicts"]).to_pylist() if row["kept"]}
    rows = chosen([row for row in run.store.read(inputs["traces"]).to_pylist() if row["trace_id"] in kept], config.traces_per_sample)
    images = ImageReader(run.store, inputs["images"])
    run.progress.total = len(rows)
    counts: Counter[str] = Counter()
    with run.draft() as draft:
        draft.add("sft", [])
        draft.add("rejects", [])
        for batch in _batches(rows):
            for row in batch:
                table_name, made = write_row(row, samples[row["sample_id"]], images, config, student, dialect)
                draft.add(table_name, [made | ({"run_id": run.run_id} if table_name == "rejects" else {})])
                counts[made.get("reason") or made["split"]] += 1
            run.progress.advance(len(batch))
        manifest = draft.publish()
    show_table(
        "publish", [{"what": what, "conversations": number} for what, number in counts.most_common()], f"Conversations in {dialect}."
    )
    return manifest


def chosen(rows: Iterable[Row], per_sample: int) -> list[Row]:
    """The first traces of each sample: selected ones before others, then by candidate and id."""
    by_sample: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_sample[row["sample_id"]].append(row)
    ranked = (sorted(group, key=_rank)[:per_sample] for group in by_sample.values())
    return [row for group in ranked for row in group]


def write_row(
    row: Mapping[str, Any], sample: Sample, images: ImageReader, config: PublishConfig, student: StudentConfig, dialect: str
) -> tuple[str, Row]:
    """The trace as a row of ``sft``; or, with the reason, of ``rejects``."""
    trace = trace_from_row(row)
    lost = get_dialect(dialect).losses(trace, sample.task) if trace else (Loss.ANSWER,)
    if trace is None or Loss.ANSWER in lost:
        reject = {"locator": row["trace_id"], "source": f"publish {dialect}", "reason": "not_carried", "detail": "; ".join(lost)}
        return "rejects", reject
    frames = [student.view.frame(*images.size(image_id)) for image_id in sample.image_ids]
    messages = conversation(sample, trace, student.prompt, dialect, frames)
    shown = [{"bytes": images.bytes(image_id), "path": None} for image_id in sample.image_ids]
    ids = {"trace_id": row["trace_id"], "sample_id": sample.sample_id}
    return "sft", ids | {"dialect": dialect, "split": split_of(sample, config), "messages": messages, "images": shown}


def split_of(sample: Sample, config: PublishConfig) -> str:
    """The sample's split; a share of the training samples, chosen by id, is ``validation``."""
    bucket = int(digest("validation", sample.sample_id)[:8], 16) / BUCKETS
    return "validation" if sample.split == "train" and bucket < config.validation_share else sample.split


def _rank(row: Mapping[str, Any]) -> tuple[bool, int, str]:
    return not row["selected"], row["candidate"] or 0, row["trace_id"]


def _batches(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    for start in range(0, len(rows), ROWS_PER_BATCH):
        yield rows[start : start + ROWS_PER_BATCH]
