"""Report: one self-contained page about what a pipeline run made, at ``<store>/reports/<key>.html``."""

from __future__ import annotations

from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE

from data.store import Manifest, Store
from data.store.files import write_bytes
from tasks.config import ReportConfig
from tasks.reporting import render_report
from tasks.run import StageRun

KEY_CHARACTERS = 16


@task(name="write report", cache_policy=NO_CACHE, persist_result=False)
def write_report(run: StageRun) -> Manifest:
    """Write the page; the stage publishes no table."""
    config = run.config(ReportConfig)
    page = render_report(run.store, run.order.parents, title=f"Fovea: {run.order.recipe}", gallery=config.gallery)
    write_bytes(run.store.root, report_path(run.store, run.order.key), page.encode())
    with run.draft() as draft:
        return draft.publish()


def report_path(store: Store, stage_key: str) -> Path:
    """Where the page of a report's stage key is."""
    return store.root / "reports" / f"{stage_key[:KEY_CHARACTERS]}.html"
