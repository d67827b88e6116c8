from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import httpx2 as httpx
import pytest

from data.rows import trace_from_row
from data.sample import Sample
from data.scoring import score_answer
from data.store import Store
from data.store.images import ImageReader
from models.teacher.config import GenerateConfig
from models.teacher.errors import TeacherUnreachableError
from models.teacher.methods import METHODS
from tests.models.teacher.chaos import chaotic_teacher
from tests.models.teacher.generating import Row, generate, store_scenes

ROOT = Path(__file__).parents[3]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "store")


def calls(url: str) -> int:
    return int(httpx.get(f"{url}/fovea/calls").json()["calls"])


def wrong(store: Store, samples: list[Sample], rows: list[Row]) -> Counter[str]:
    """How many traces of each category and band have an answer that is not right."""
    images, known = ImageReader(store), {sample.sample_id: sample for sample in samples}
    found: Counter[str] = Counter()
    for row in rows:
        sample, trace = known[row["sample_id"]], trace_from_row(row)
        sizes = [images.size(image_id) for image_id in sample.image_ids]
        if not score_answer(sample, trace.answer if trace else None, sizes).correct:
            found[f"{sample.category} {sample.difficulty_band}"] += 1
    return found


def test_at_temperature_0_the_teacher_is_right_in_every_task_and_band(store: Store, teacher_url: str) -> None:
    samples = store_scenes(store, 300)
    rows = generate(store, samples, teacher_url, teacher={"temperature": 0.0})
    assert [row["sample_id"] for row in rows] == [sample.sample_id for sample in samples]
    assert sum(wrong(store, samples, rows).values()) <= 0.02 * len(samples)


def test_temperature_makes_the_teacher_sometimes_wrong(store: Store, teacher_url: str) -> None:
    samples = store_scenes(store, 300)
    shares = [
        sum(wrong(store, samples, generate(store, samples, teacher_url, teacher={"temperature": heat})).values()) / 300 for heat in (0.7, 2)
    ]
    assert 0.01 < shares[0] < 0.15 < shares[1] < 0.8


@pytest.mark.parametrize("method", ["direct", "rationalize"])
@pytest.mark.parametrize(
    ("dialect", "space"),
    [("vigorl", "grid:100"), ("univg", "grid:1000"), ("ivgr", "resized"), ("textual", "unit"), ("vigorl_zoom", "pixel")],
)
def test_every_dialect_and_space_is_asked_for_and_read_back(store: Store, teacher_url: str, method: str, dialect: str, space: str) -> None:
    samples = store_scenes(store, 40)
    rows = generate(store, samples, teacher_url, method=method, dialect=dialect, space=space, teacher={"temperature": 0.0})
    assert {row["parse_error"] for row in rows} == {None}
    assert sum(wrong(store, samples, rows).values()) <= 2


def test_candidates_are_traces_of_their_own(store: Store, teacher_url: str) -> None:
    rows = generate(store, store_scenes(store, 5), teacher_url, candidates=4, teacher={"temperature": 1.0})
    assert Counter(row["candidate"] for row in rows) == {0: 5, 1: 5, 2: 5, 3: 5}
    assert len({row["trace_id"] for row in rows}) == len({row["request_ids"][0] for row in rows}) == 20


def test_every_trace_names_the_call_it_came_from(store: Store, teacher_url: str) -> None:
    rows = generate(store, store_scenes(store, 8), teacher_url)
    requests = {row["request_id"]: row for row in store.requests()}
    assert [requests[row["request_ids"][0]]["response"] for row in rows] == [row["text"] for row in rows]
    assert {request["purpose"] for request in requests.values()} == {"direct"}


def test_a_run_of_what_was_generated_asks_nothing_and_makes_the_same(store: Store, teacher_url: str) -> None:
    samples = store_scenes(store, 20)
    first, before = generate(store, samples, teacher_url), calls(teacher_url)
    assert generate(store, samples, teacher_url) == first
    assert calls(teacher_url) == before


def test_a_recipe_that_asks_for_more_or_reads_differently_pays_only_for_what_is_new(store: Store, teacher_url: str) -> None:
    samples = store_scenes(store, 8)
    generate(store, samples, teacher_url)
    before = calls(teacher_url)
    generate(store, samples, teacher_url, candidates=2, shard_size=3, budget={"calls": 8})
    assert calls(teacher_url) == before + 8
    generate(store, samples, teacher_url, candidates=2, teacher={"in_flight": 2, "timeout_s": 9.0, "requests_per_minute": 1e5})
    assert calls(teacher_url) == before + 8


def test_a_killed_run_repeats_no_durable_result(store: Store, teacher_url: str) -> None:
    samples = store_scenes(store, 150)
    start = calls(teacher_url)
    with subprocess.Popen(
        [sys.executable, "-m", "tests.models.teacher.generating", str(store.root), teacher_url, "150"], cwd=ROOT
    ) as child:
        while calls(teacher_url) < start + 60 and child.poll() is None:
            time.sleep(0.01)
        child.kill()
    durable, before = {row["request_id"] for row in store.requests()}, calls(teacher_url)
    rows = generate(store, samples, teacher_url)
    asked = {row["request_ids"][0] for row in rows}
    assert 40 < len(durable) < len(asked)
    assert calls(teacher_url) - before == len(asked - durable)
    assert Counter(row["request_id"] for row in store.requests()) == Counter(asked)


def test_a_failed_call_leaves_no_trace_but_a_row(store: Store) -> None:
    samples = store_scenes(store, 4)
    with chaotic_teacher("400") as chaos:
        rows = generate(store, samples, chaos.url, teacher={"in_flight": 1})
    assert len(rows) == 3
    assert Counter(row["status"] for row in store.requests()) == {"failed": 1, "ok": 3}


def test_an_unreadable_reply_is_a_trace_with_its_reason(store: Store) -> None:
    with chaotic_teacher("empty") as chaos:
        (row,) = generate(store, store_scenes(store, 1), chaos.url)
    assert (row["text"], row["steps"], row["parse_error"]) == ("", None, "there is no answer block")


def test_progress_is_told_sample_by_sample(store: Store, teacher_url: str) -> None:
    told: list[tuple[int, int]] = []
    generate(store, store_scenes(store, 6), teacher_url, on_progress=lambda done, total: told.append((done, total)))
    assert told == [(done, 6) for done in range(1, 7)]


def test_an_unreachable_teacher_makes_nothing(store: Store) -> None:
    with pytest.raises(TeacherUnreachableError, match="no teacher answers"):
        generate(store, store_scenes(store, 3), "http://127.0.0.1:9/v1")
    assert store.versions("traces") == []


def test_a_teacher_that_dies_ends_the_run_with_one_sentence(store: Store) -> None:
    samples = store_scenes(store, 30)
    with chaotic_teacher() as chaos, pytest.raises(TeacherUnreachableError, match="no teacher answers"):
        generate(
            store,
            samples,
            chaos.url,
            on_progress=lambda done, _: chaos.stop() if done == 3 else None,
            teacher={"in_flight": 1, "attempts": 2},
        )
    assert 3 <= len([row for row in store.requests() if row["status"] == "ok"]) < 30


def test_every_configured_method_is_there() -> None:
    names = GenerateConfig.model_fields["method"].annotation
    assert set(METHODS) == set(getattr(names, "__args__", ()))
    assert {name for name, method in METHODS.items() if not method.prompt_hashes(GenerateConfig())} == {"imported"}
