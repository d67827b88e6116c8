from collections import Counter
from pathlib import Path

import pytest

from data.dialects.coordinates import find_coordinates
from data.identity import new_run_id
from data.rows import trace_from_row
from data.sample import Sample
from data.scoring import score_answer
from data.store import Store
from data.store.images import ImageReader
from models.teacher.config import GenerateConfig
from models.teacher.generate import generate_traces
from tests.models.teacher.chaos import chaotic_teacher
from tests.models.teacher.generating import Row, generate, store_scenes

HOT = {"temperature": 1.0}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "store")


def textual(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["method"] == "textualize"]


def thoughts(row: Row) -> list[str]:
    trace = trace_from_row(row)
    assert trace is not None
    assert not trace.mentions
    return [step.thought for step in trace.steps]


@pytest.mark.parametrize(("dialect", "space"), [("vigorl", "grid:1000"), ("ivgr", "pixel"), ("vigorl_zoom", "unit")])
def test_no_selected_rewriting_holds_a_coordinate_and_every_answer_is_kept(
    store: Store, teacher_url: str, dialect: str, space: str
) -> None:
    samples = {sample.sample_id: sample for sample in store_scenes(store, 24)}
    rows = generate(store, list(samples.values()), teacher_url, then=["textualize"], dialect=dialect, space=space, teacher=HOT)
    kept = [row for row in textual(rows) if row["selected"]]
    assert len(kept) > 18
    assert not [found for row in kept for thought in thoughts(row) if (found := find_coordinates(thought))]
    assert {row["dialect"] for row in kept} == {"textual"}
    for row in kept:
        trace = trace_from_row(row)
        assert score_answer(samples[row["sample_id"]], trace.answer if trace else None).correct


def test_a_rewriting_with_coordinates_is_a_paid_row_that_is_not_selected_and_another_is_asked_for(store: Store, teacher_url: str) -> None:
    rows = textual(generate(store, store_scenes(store, 30), teacher_url, then=["textualize"], teacher=HOT))
    slips = [row for row in rows if not row["selected"] and row["text"]]
    assert slips
    assert all(row["parse_error"] and row["steps"] is None for row in slips)
    again = {row["sample_id"] for row in rows if row["candidate"] == 1}
    assert again == {row["sample_id"] for row in slips if row["candidate"] == 0}


def test_a_rewriting_names_the_calls_of_its_chain_and_its_own(store: Store, teacher_url: str) -> None:
    rows = generate(store, store_scenes(store, 10), teacher_url, then=["textualize"])
    purposes = {row["request_id"]: row["purpose"] for row in store.requests()}
    made = [row for row in textual(rows) if row["prompt_hash"] is not None and row["request_ids"]]
    assert {tuple(purposes[name] for name in row["request_ids"]) for row in made} == {("direct", "textualize")}
    assert Counter(purposes.values())["textualize"] == len(made)


def test_a_chain_that_nobody_rewrites_well_has_its_places_cut_out(store: Store, teacher_url: str) -> None:
    samples = store_scenes(store, 1)
    traces = generate(store, samples, teacher_url, teacher={"temperature": 0.0})
    with chaotic_teacher() as chaos:
        rows = rewritten(store, samples, traces, chaos.url, attempts=2)
        assert [len(row["request_ids"]) for row in rows] == [2, 2, 1]
        assert len(chaos.calls) == 2
    last = rows[-1]
    assert (last["selected"], last["parse_error"], last["prompt_hash"]) == (True, None, None)
    assert (last["request_ids"], last["teacher"]) == (traces[0]["request_ids"], traces[0]["teacher"])
    assert not any(find_coordinates(thought) for thought in thoughts(last))


def test_without_a_fallback_there_are_the_attempts_alone(store: Store, teacher_url: str) -> None:
    samples = store_scenes(store, 1)
    traces = generate(store, samples, teacher_url, teacher={"temperature": 0.0})
    with chaotic_teacher() as chaos:
        rows = rewritten(store, samples, traces, chaos.url, attempts=2, fallback=False)
    assert [row["selected"] for row in rows] == [False, False]


def test_a_sample_without_a_chain_is_not_asked_about_and_a_row_says_so(store: Store, teacher_url: str) -> None:
    (row,) = rewritten(store, store_scenes(store, 1), [], teacher_url)
    assert (row["selected"], row["parse_error"]) == (False, "there is no grounded chain that is readable and not wrong")
    assert list(store.requests()) == []


def test_a_call_that_failed_leaves_no_row(store: Store, teacher_url: str) -> None:
    samples = store_scenes(store, 1)
    traces = generate(store, samples, teacher_url, teacher={"temperature": 0.0})
    with chaotic_teacher("400") as chaos:
        assert rewritten(store, samples, traces, chaos.url) == []


def rewritten(store: Store, samples: list[Sample], traces: list[Row], url: str, **textualize: object) -> list[Row]:
    """The rewritings of traces that came with the samples."""
    config = GenerateConfig.model_validate({"method": "textualize", "textualize": textualize, "teacher": {"attempts": 1}})
    run = store.run(new_run_id())
    return generate_traces(store, run, samples, ImageReader(store), config, url, None, imported=traces).traces
