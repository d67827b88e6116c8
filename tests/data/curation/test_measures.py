"""The figures of many traces are those of each, taken one by one."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from data.curation.rules import get_rules
from data.curation.traces import FileTraces
from data.curation.verdicts import judge, judge_traces, make_problems
from data.rows import sample_to_row
from data.sample import Sample
from data.scoring import placed_iou, point_hits
from data.scoring.dual import dual_iou
from data.tables import arrow
from data.trace import Mention, PlacedBox, PlacedPoint, Step, Trace
from tests.data.curation.made import SAMPLE, chain, row
from tests.data.drawn import boxes, points, samples

RULES: dict[str, dict[str, Any]] = {
    "answer_correct": {},
    "box_iou": {},
    "point_hit": {},
    "duplicate": {},
    "leak": {},
    "projection": {"dialect": "univg", "allowed": ["labels", "point_mentions"]},
}
MENTIONS = st.builds(Mention, st.just(0), points() | boxes())
CHAINS = st.lists(st.lists(MENTIONS, max_size=4), max_size=3)


def mean(figures: Iterable[float]) -> float | None:
    found = list(figures)
    return sum(found) / len(found) if found else None


def spread(places: list[PlacedPoint]) -> int:
    counted: list[PlacedPoint] = []
    for place in places:
        near = (math.dist((place.x, place.y), (one.x, one.y)) <= 10 and place.image_index == one.image_index for one in counted)
        if math.isfinite(place.x) and math.isfinite(place.y) and not any(near):
            counted.append(place)
    return len(counted)


def figures(sample: Sample, trace: Trace) -> dict[str, float | None]:
    places = [mention.place for mention in trace.mentions]
    named = [place for place in places if isinstance(place, PlacedBox)]
    hit = [place for place in places if isinstance(place, PlacedPoint)]
    dual = dual_iou(named, sample.evidence_boxes or sample.boxes)
    return {
        "point_hit_rate": mean(float(point_hits(place, sample.boxes)) for place in hit) if sample.boxes else None,
        "box_iou": mean(max(placed_iou(place, box) for box in sample.boxes) for place in named) if sample.boxes else None,
        "box_recall": dual.recall if dual else None,
        "box_precision": dual.precision if dual else None,
        "box_one_to_one": dual.one_to_one if dual else None,
        "steps": len(trace.steps),
        "points": len(hit),
        "distinct_points": spread(hit),
    }


@settings(max_examples=60, deadline=None)
@given(made=st.lists(st.tuples(samples(), CHAINS), min_size=1, max_size=4))
def test_the_figures_of_many_are_those_of_each(made: list[tuple[Sample, list[list[Mention]]]]) -> None:
    named = [(dataclasses.replace(sample, sample_id=f"smp_{number}"), chain) for number, (sample, chain) in enumerate(made)]
    traces = [Trace(tuple(Step("", tuple(mentions)) for mentions in steps)) for _, steps in named]
    rows = [row(trace, sample_id=sample.sample_id) for (sample, _), trace in zip(named, traces, strict=True)]
    found = judge_traces([sample for sample, _ in named], arrow("traces", rows), {}).to_pylist()
    for verdict, (sample, _), trace in zip(found, named, traces, strict=True):
        for name, expected in figures(sample, trace).items():
            assert (verdict[name] is None) == (expected is None), name
            assert expected is None or math.isclose(verdict[name], expected, abs_tol=1e-12), name


def traces_of_several_samples() -> pa.Table:
    shapes = [chain((PlacedPoint(12, 28), PlacedBox(50, 50, 60, 60))), chain((PlacedPoint(0, 0),), ()), None]
    rows = [row(shapes[n % 3], f"text {n // 16}", sample_id=f"smp_{n % 5}", candidate=n, method="rationalize") for n in range(60)]
    return arrow("traces", rows)


def known() -> list[Sample]:
    return [dataclasses.replace(SAMPLE, sample_id=f"smp_{number}") for number in range(4)]


def test_batches_change_nothing_and_keep_the_order() -> None:
    traces = traces_of_several_samples()
    cut = pa.concat_tables([traces.slice(start, 7) for start in range(0, 60, 7)])
    whole = judge_traces(known(), traces, RULES)
    assert judge_traces(known(), cut, RULES).equals(whole)
    assert whole.column("trace_id").to_pylist() == traces.column("trace_id").to_pylist()
    assert set(whole.column("reason").to_pylist()) == {None, "no_sample", "unreadable", "box_iou", "duplicate"}


def test_files_are_judged_as_memory_is(tmp_path: Path) -> None:
    traces = traces_of_several_samples()
    paths = [tmp_path / "a.parquet", tmp_path / "b.parquet"]
    for path, part in zip(paths, (traces.slice(0, 25), traces.slice(25)), strict=True):
        pq.write_table(part, path, row_group_size=10)
    found = judge(make_problems(known()), FileTraces(paths), get_rules(RULES))
    assert found.equals(judge_traces(known(), traces, RULES))


def test_samples_may_come_as_rows() -> None:
    traces = traces_of_several_samples()
    table = arrow("samples", [sample_to_row(sample) for sample in known()])
    assert judge_traces(table, traces, RULES).equals(judge_traces(known(), traces, RULES))


def test_no_files_give_no_rows() -> None:
    assert judge(make_problems([]), FileTraces([]), get_rules(RULES)).num_rows == 0
