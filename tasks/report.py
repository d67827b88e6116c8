"""Report: one self-contained page about what a pipeline run made, at ``<store>/reports/<key>.html``."""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE

from data.store import Manifest
from data.store.files import write_bytes
from tasks.config import ReportConfig
from tasks.reporting import render_report
from tasks.run import StageRun
from tasks.stage import report_path


@task(name="write report", cache_policy=NO_CACHE, persist_result=False)
def write_report(run: StageRun) -> Manifest:
    """Write the page; the stage publishes no table."""
    config, order = run.config(ReportConfig), run.order
    title = f"Fovea: {order.recipe}"
    page = render_report(run.store, order.parents, title=title, description=order.description, gallery=config.gallery)
    write_bytes(run.store.root, report_path(run.store.root, run.order.key), page.encode())
    with run.draft() as draft:
        return draft.publish()
