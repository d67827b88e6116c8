from pathlib import Path
from typing import Any

import pytest

from data.identity import new_run_id
from data.store import Store
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


@pytest.mark.parametrize(
    ("rows", "dollars"),
    [([PAID | {"cost_usd": 0.5}, FAILED], 0.5), ([PAID, FAILED], None), ([FAILED], 0.0)],
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
    store = Store.open(tmp_path / "store")
    same = {"run_id": "run_a", "benchmark": "scenes", "protocol": "strict", "category": "all", "metric": "accuracy", "model": "tiny"}
    with store.draft(stage="evaluate", stage_key="modes", run_id="run_a") as draft:
        draft.add("scores", [same | {"mode": mode, "value": 0.5} for mode in modes])
        draft.publish()
    with Corner(store, store.versions("scores")) as corner:
        assert {row["model"] for row in facts.scores(corner)} == models
