"""Verdicts: what the rules say of each trace. Every rule that fails is recorded; ``reason`` is the first of them.

Traces come in batches, which are looked at side by side and leave only their figures behind; their order is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from data.curation.batch import COLUMNS, Batch
from data.curation.ordered import in_order
from data.curation.rule import Remembered, Rule, Texts
from data.curation.rules import get_rules, rules_hash
from data.curation.traces import TableTraces, Traces
from data.rows import sample_to_row
from data.sample import Sample
from data.scoring.problems import Problems, Sizes
from data.scoring.ragged import Column, Flags, Whole, offsets_of
from data.tables import TABLES, arrow

UNREADABLE = "unreadable"
"""The reason where there is no trace to judge; before all rules, whatever they are."""
NO_SAMPLE = "no_sample"
"""The reason where the trace's sample is not among the samples."""
NO_IMAGE = "no_image"
"""The reason where an image of the sample is not among the images."""
ROWS_PER_PART = 131_072
"""Verdicts put together at a time."""
Judgements = Mapping[str, float | None]
"""The judge's values by trace id; None where it failed."""


def judge_traces(
    samples: pa.Table | Iterable[Sample],
    traces: pa.Table,
    rules: Mapping[str, Mapping[str, Any]],
    sizes: Sizes | pa.Table | None = None,
    judgements: Judgements | None = None,
) -> pa.Table:
    """The rows of ``verdicts`` for rows of ``traces``, in their order. Raises ``RuleError``.

    ``sizes`` are widths and heights in pixels by image id, or rows of ``images``; with them an answer with a place outside its image is
    wrong. A text that could not be read is dropped under any rules.
    """
    return judge(make_problems(samples, sizes), TableTraces(traces), get_rules(rules), judgements)


def judge(problems: Problems, traces: Traces, rules: Sequence[Rule], judgements: Judgements | None = None) -> pa.Table:
    """The same of traces that are read as they are needed."""
    problems.prepare()
    samples = problems.find(traces.sample_ids())
    parts = list(in_order(_look(problems, rules, judgements), _beside(samples, traces.batches(trace_columns(rules)))))
    if not parts:
        return arrow("verdicts", [])
    figures = pa.concat_tables([part for part, _, _ in parts])
    lacking = [np.concatenate(marks) for marks in zip(*(marks for _, marks, _ in parts), strict=True)]
    is_judged = ~(lacking[0] | lacking[1])
    failing = [*lacking, *(is_judged & ~_settled(rule, number, parts, traces.texts) for number, rule in enumerate(rules))]
    names = pa.array([NO_SAMPLE, NO_IMAGE, UNREADABLE, *(rule.name for rule in rules)])
    starts = range(0, len(is_judged), ROWS_PER_PART)
    said = pa.concat_tables(in_order(lambda start: _said(names, [marks[start : start + ROWS_PER_PART] for marks in failing]), starts))
    schema = TABLES["verdicts"].schema
    return pa.table([(said if name in said.column_names else figures).column(name) for name in schema.names], schema=schema)


def make_problems(samples: pa.Table | Iterable[Sample], sizes: Sizes | pa.Table | None = None) -> Problems:
    """The problems that traces answer."""
    rows = samples if isinstance(samples, pa.Table) else arrow("samples", [sample_to_row(sample) for sample in samples])
    return Problems(rows, sizes)


def trace_columns(rules: Iterable[Rule]) -> list[str]:
    """The columns of ``traces`` that rules need, as Parquet names them: of nested ones only the parts."""
    more = {name: None for rule in rules for name in rule.reads}
    return [name for name in COLUMNS if name.split(".")[0] not in more] + list(more)


Part = tuple[pa.Table, tuple[Flags, Flags, Flags], list[Remembered]]
"""Of one batch: its figures, what it lacks (sample, image, trace), and what each rule remembers."""


def _beside(samples: Whole, batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[pa.RecordBatch, Whole]]:
    start = 0
    for rows in batches:
        yield rows, samples[start : start + rows.num_rows]
        start += rows.num_rows


def _look(problems: Problems, rules: Sequence[Rule], judgements: Judgements | None) -> Callable[[tuple[pa.RecordBatch, Whole]], Part]:
    hashed = rules_hash(rules)

    def look(taken: tuple[pa.RecordBatch, Whole]) -> Part:
        batch = Batch(taken[0], problems, taken[1], judgements)
        has_no_sample = batch.samples == len(problems)
        has_no_image = problems.lacks_image[batch.samples]
        lacking = (has_no_sample, has_no_image, ~(batch.is_read | has_no_sample | has_no_image))
        return _figures(batch, has_no_sample | has_no_image, hashed), lacking, [rule.look(batch) for rule in rules]

    return look


def _figures(batch: Batch, is_lacking: Flags, hashed: str) -> pa.Table:
    """The columns of ``verdicts`` that are numbers; null where unknown. Without the sample, or an image, only the trace can be counted."""
    correct = batch.scores.correct
    figures = {
        "answer_iou": batch.scores.iou,
        "point_hit_rate": batch.point_hit_rate,
        "box_iou": batch.box_iou,
        "box_recall": batch.duals.recall,
        "box_precision": batch.duals.precision,
        "box_one_to_one": batch.duals.one_to_one,
        "judge": batch.judge,
    }
    counts = {
        "steps": batch.steps,
        "points": batch.point_counts,
        "distinct_points": batch.distinct_points(),
        "characters": batch.characters,
    }
    columns: dict[str, Any] = {name: batch.rows.column(name) for name in ("trace_id", "sample_id")}
    columns["rules_hash"] = pa.repeat(hashed, len(batch))
    columns |= {"answer_correct": pa.array(correct == 1, mask=np.isnan(correct) | is_lacking)}
    columns |= {name: pa.array(values, mask=np.isnan(values) | is_lacking) for name, values in figures.items()}
    return pa.table(columns | {name: pa.array(values, pa.int64()) for name, values in counts.items()})


def _settled(rule: Rule, number: int, parts: Sequence[Part], texts: Texts) -> Flags:
    return rule.settle(np.concatenate([remembered[number] for _, _, remembered in parts]), texts)


def _said(names: Column, failing: Sequence[Flags]) -> pa.Table:
    """``kept``, ``reason`` and ``failed`` of each trace, from what fails of each of ``names``."""
    table = np.stack(failing, axis=1)
    rows, codes = np.divmod(np.flatnonzero(table), len(names))
    offsets = offsets_of(np.bincount(rows, minlength=len(table)))
    is_kept = offsets[1:] == offsets[:-1]
    first = pa.array(np.append(codes, 0)[offsets[:-1]], mask=is_kept)
    failed = pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), names.take(pa.array(codes)))
    return pa.table({"kept": pa.array(is_kept), "reason": names.take(first), "failed": failed})
