"""Curate: judge every trace by the recipe's rules."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from prefect import task
from prefect.cache_policies import NO_CACHE

from data.curation.batch import SAMPLE_COLUMNS
from data.curation.rule import Rule
from data.curation.rules import get_rules
from data.curation.traces import FileTraces
from data.curation.verdicts import Judgements, judge, make_problems
from data.rows import Row, sample_from_row
from data.store import Manifest
from data.tables import TABLES
from tasks.config import CurateJudgeConfig, CurateStageConfig
from tasks.progress import show_table
from tasks.run import StageRun

SIZE_COLUMNS = ("image_id", "width", "height")


@task(name="curate traces", cache_policy=NO_CACHE, persist_result=False)
def curate_traces(run: StageRun) -> Manifest:
    """Publish ``verdicts``: each trace kept, or dropped for a reason. Where a rule asks the judge, also ``judgements``, and its
    new ``requests``."""
    config = run.config(CurateStageConfig)
    judge_config = config.asked_judge
    judgements = _judgements(run, judge_config) if judge_config else []
    verdicts = judge_version(run, get_rules(config.rules), {row["subject_id"]: row["value"] for row in judgements})
    with run.draft() as draft:
        draft.add("verdicts", verdicts)
        if judge_config:
            draft.add("judgements", judgements)
            if run.folder.files("requests"):
                run.folder.fold("requests", draft)
        manifest = draft.publish()
    show_reasons(verdicts)
    return manifest


def judge_version(run: StageRun, rules: Sequence[Rule], judgements: Judgements) -> pa.Table:
    """The rows of ``verdicts``. Only what the rules need is read, and of the traces a few batches at a time."""
    inputs = run.order.inputs
    samples = _columns(run.store.paths(inputs["samples"]), "samples", SAMPLE_COLUMNS)
    images = _columns(run.store.paths(inputs["images"]), "images", SIZE_COLUMNS)
    traces = FileTraces(run.store.paths(inputs["traces"]))
    return judge(make_problems(samples, images), traces, rules, judgements)


def show_reasons(verdicts: pa.Table) -> None:
    """How many traces were kept, and how many dropped for which reason first."""
    counted: Any = pc.value_counts(verdicts.column("reason"))
    rows = sorted(counted.to_pylist(), key=lambda row: -row["counts"])
    shown = [{"verdict": row["values"] or "kept", "traces": row["counts"]} for row in rows]
    show_table("curate", shown, "What was kept, and why not.")


def _judgements(run: StageRun, config: CurateJudgeConfig) -> list[Row]:
    from tasks.judging import judgement_rows

    inputs = run.order.inputs
    samples = map(sample_from_row, run.store.read(inputs["samples"]).to_pylist())
    images = run.store.read(inputs["images"], columns=SIZE_COLUMNS).to_pylist()
    sizes = {row["image_id"]: (float(row["width"]), float(row["height"])) for row in images}
    return judgement_rows(run, samples, run.store.read(inputs["traces"]).to_pylist(), sizes, config)


def _columns(paths: Sequence[Path], table_name: str, columns: Sequence[str]) -> pa.Table:
    names = dict.fromkeys(column.split(".")[0] for column in columns)
    empty = pa.table({name: pa.array([], TABLES[table_name].schema.field(name).type) for name in names})
    return pa.concat_tables([_read(path, columns) for path in paths]) if paths else empty


def _read(path: Path, columns: Sequence[str]) -> pa.Table:
    with pq.ParquetFile(path) as file:
        return file.read(columns=list(columns))
