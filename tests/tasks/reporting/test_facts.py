from pathlib import Path
from typing import Any

import pytest

from data.identity import new_run_id
from data.store import Store, Version
from tasks.reporting import facts, render_report
from tasks.reporting.corner import Corner

PAID = {"status": "ok", "prompt_tokens": 100, "completion_tokens": 10}
FAILED = {"status": "failed"}


def store_of(root: Path, *rows: dict[str, Any]) -> Store:
    """A store with one run of calls."""
    store, run_id = Store.open(root), new_run_id()
    with store.draft(stage="generate", stage_key="asked", run_id=run_id) as draft:
        draft.add("requests", [{"request_id": f"req_{number}", "run_id": run_id, **row} for number, row in enumerate(rows)])
        draft.publish()
    return store


def scores_of(root: Path, rows: list[dict[str, Any]]) -> tuple[Store, list[Version]]:
    """A store with figures of one model."""
    store = Store.open(root)
    same = {"run_id": "run_a", "benchmark": "scenes", "protocol": "strict", "category": "all", "metric": "accuracy", "model": "tiny"}
    with store.draft(stage="evaluate", stage_key="scores", run_id="run_a") as draft:
        draft.add("scores", [same | {"mode": "grounded", "value": 0.5} | row for row in rows])
        draft.publish()
    return store, store.versions("scores")


@pytest.mark.parametrize(
    ("rows", "dollars"),
    [([PAID | {"cost_usd": 0.5}, FAILED], 0.5), ([PAID | {"cost_usd": 0.5}, PAID], None), ([PAID, FAILED], None), ([FAILED], 0.0)],
)
def test_what_was_paid_is_known_where_the_price_is(tmp_path: Path, rows: list[dict[str, Any]], dollars: float | None) -> None:
    store = store_of(tmp_path / "store", *rows)
    with Corner(store, store.versions("requests")) as corner:
        lines = facts.expenses(corner)
    assert [line.dollars for line in lines] == [dollars]
    assert facts.total(lines).dollars == dollars


def test_a_page_says_where_no_price_is_known(tmp_path: Path) -> None:
    store = store_of(tmp_path / "store", PAID)
    assert "no price" in render_report(store, store.versions("requests"), title="made", description="", gallery=0)


@pytest.mark.parametrize(("modes", "models"), [(["grounded"], {"tiny"}), (["grounded", "textual"], {"tiny, grounded", "tiny, textual"})])
def test_a_model_that_was_asked_in_several_ways_is_named_with_each(tmp_path: Path, modes: list[str], models: set[str]) -> None:
    with Corner(*scores_of(tmp_path / "store", [{"mode": mode} for mode in modes])) as corner:
        assert {row["model"] for row in facts.scores(corner)} == models


def test_a_band_is_one_of_drawn_scenes_and_no_other_part_of_a_kind(tmp_path: Path) -> None:
    categories = ["point/tiny", "point/hard", "point/easy", "point", "Perception/OCR", "Perception/OCR/easy", "all"]
    with Corner(*scores_of(tmp_path / "store", [{"category": category} for category in categories])) as corner:
        found = [(row["category"], row["band"]) for row in facts.scores(corner)]
    assert found == [
        ("all", None),
        ("Perception/OCR", None),
        ("Perception/OCR/easy", "easy"),
        ("point", None),
        ("point/easy", "easy"),
        ("point/hard", "hard"),
        ("point/tiny", "tiny"),
    ]


@pytest.mark.parametrize(
    ("protocols", "exams"),
    [(["strict"], ["scenes"]), (["other"], ["scenes, other"]), (["other", "strict"], ["scenes, other", "scenes, strict"])],
)
def test_figures_say_their_protocol_where_it_is_not_the_strict_one_alone(tmp_path: Path, protocols: list[str], exams: list[str]) -> None:
    store, versions = scores_of(tmp_path / "store", [{"protocol": name, "metric": "macro_accuracy"} for name in protocols])
    with Corner(store, versions) as corner:
        assert [row["exam"] for row in facts.scores(corner)] == exams
    page = render_report(store, versions, title="made", gallery=0)
    assert all(f'<div class="label">tiny, {exam}</div>' in page and f">{exam}, accuracy</" in page for exam in exams)
