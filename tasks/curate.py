"""Curate: judge every trace by the recipe's rules."""

from __future__ import annotations

from collections import Counter

from prefect import task
from prefect.cache_policies import NO_CACHE

from data.curation.config import CurateConfig
from data.curation.verdicts import judge_traces
from data.rows import sample_from_row
from data.store import Manifest
from tasks.progress import show_table
from tasks.run import StageRun


@task(name="curate traces", cache_policy=NO_CACHE, persist_result=False)
def curate_traces(run: StageRun) -> Manifest:
    """Publish ``verdicts``: each trace kept, or dropped for a reason."""
    inputs = run.order.inputs
    samples = [sample_from_row(row) for row in run.store.read(inputs["samples"]).to_pylist()]
    traces = run.store.read(inputs["traces"]).to_pylist()
    sizes = {
        row["image_id"]: (float(row["width"]), float(row["height"]))
        for row in run.store.read(inputs["images"], columns=["image_id", "width", "height"]).to_pylist()
    }
    verdicts = judge_traces(samples, traces, run.config(CurateConfig).rules, sizes)
    with run.draft() as draft:
        draft.add("verdicts", verdicts)
        manifest = draft.publish()
    reasons = Counter(reason or "kept" for reason in verdicts.column("reason").to_pylist())
    show_table("curate", [{"verdict": reason, "traces": number} for reason, number in reasons.most_common()], "What was kept, and why not.")
    return manifest
