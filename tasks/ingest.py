"""Ingest: read every source of a recipe into samples, images and rejects."""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE

from data.sources.config import IngestConfig
from data.sources.ingest import Counts, ingest
from data.store import Manifest
from tasks.progress import show_table
from tasks.run import StageRun


@task(name="ingest sources", cache_policy=NO_CACHE, persist_result=False)
def ingest_sources(run: StageRun) -> Manifest:
    """Publish ``samples``, ``images``, ``rejects`` and, where a source brings chains, ``traces``."""
    config = run.config(IngestConfig)

    def watch(counts: Counts) -> None:
        run.progress.done = counts.samples + counts.rejects.total()

    with run.draft() as draft:
        counts = ingest(config, run.run_id, draft, on_row=watch)
        manifest = draft.publish()
    if counts.notes:
        run.folder.record(note="; ".join(counts.notes))
    taken = [{"what": f"samples of {source}", "rows": number} for source, number in sorted(counts.sources.items())]
    rejected = [{"what": f"rejects: {reason}", "rows": number} for reason, number in sorted(counts.rejects.items())]
    show_table("ingest", taken + rejected, " ".join(["What was taken, and what was not and why.", *(f"{note}." for note in counts.notes)]))
    return manifest
