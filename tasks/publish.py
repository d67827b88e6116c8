"""Publish: kept traces become training conversations in one dialect or several, images inline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice

from prefect import task
from prefect.cache_policies import NO_CACHE

from data.publishing.card import card_path
from data.publishing.config import PublishConfig
from data.publishing.conversations import SAMPLE_COLUMNS, TRACE_COLUMNS, VERDICT_COLUMNS, publish_rows
from data.rows import Row
from data.store import Manifest
from data.store.images import ImageReader
from tasks.progress import show_table
from tasks.run import StageRun

ROWS_PER_BATCH = 64
"""Conversations, with their images, held in memory before they are written."""


@task(name="publish conversations", cache_policy=NO_CACHE, persist_result=False)
def publish_conversations(run: StageRun) -> Manifest:
    """Publish ``sft``, and ``rejects`` for kept traces that become no conversation; then write the version's card."""
    config, student, inputs = run.config(PublishConfig), run.order.student, run.order.inputs
    columns = {"samples": SAMPLE_COLUMNS, "traces": TRACE_COLUMNS, "verdicts": VERDICT_COLUMNS}
    samples, traces, verdicts = (run.store.read(inputs[name], needed) for name, needed in columns.items())
    published = publish_rows(samples, traces, verdicts, ImageReader(run.store, inputs["images"]), student, config)
    run.progress.total = published.count + len(published.refused)
    run.progress.advance(len(published.refused))
    counts = Counter(row["reason"] for row in published.refused)
    with run.draft() as draft:
        draft.add("rejects", [row | {"run_id": run.run_id} for row in published.refused])
        draft.add("sft", [])
        for batch in _batches(published.rows):
            draft.add("sft", batch)
            counts.update(row["split"] for row in batch)
            run.progress.advance(len(batch))
        manifest = draft.publish()
    path = card_path(run.store, manifest.outputs["sft"])
    shown = [{"what": what, "traces": number} for what, number in counts.most_common()]
    dialects = ", ".join(config.dialects or [student.dialect])
    show_table("publish", shown, f"Kept traces by split, or by why they are no conversation in {dialects}. The card is {path}.")
    return manifest


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while batch := list(islice(rows, ROWS_PER_BATCH)):
        yield batch
