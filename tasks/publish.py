"""Publish: kept traces become training conversations in one dialect, images inline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice

from prefect import task
from prefect.cache_policies import NO_CACHE

from data.curation.config import PublishConfig
from data.publishing import publish_rows
from data.rows import Row, sample_from_row
from data.store import Manifest
from data.store.images import ImageReader
from tasks.progress import show_table
from tasks.run import StageRun

ROWS_PER_BATCH = 64
"""Conversations, with their images, held in memory before they are written."""


@task(name="publish conversations", cache_policy=NO_CACHE, persist_result=False)
def publish_conversations(run: StageRun) -> Manifest:
    """Publish ``sft``, and ``rejects`` for kept traces that become no conversation."""
    config, student, inputs = run.config(PublishConfig), run.order.student, run.order.inputs
    samples, traces, verdicts = (run.store.read(inputs[name]).to_pylist() for name in ("samples", "traces", "verdicts"))
    images = ImageReader(run.store, inputs["images"])
    made, refused = publish_rows(map(sample_from_row, samples), traces, verdicts, images, student, config)
    run.progress.total = sum(verdict["kept"] for verdict in verdicts)
    run.progress.advance(len(refused))
    counts = Counter(row["reason"] for row in refused)
    with run.draft() as draft:
        draft.add("rejects", [row | {"run_id": run.run_id} for row in refused])
        draft.add("sft", [])
        for batch in _batches(made):
            draft.add("sft", batch)
            counts.update(row["split"] for row in batch)
            run.progress.advance(len(batch))
        manifest = draft.publish()
    shown = [{"what": what, "traces": number} for what, number in counts.most_common()]
    show_table("publish", shown, f"Kept traces by split, or by why they are no conversation in {config.dialect or student.dialect}.")
    return manifest


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while batch := list(islice(rows, ROWS_PER_BATCH)):
        yield batch
