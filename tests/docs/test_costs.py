"""The documented question of what a kept trace costs, on rows whose answer is known."""

import re
from pathlib import Path
from typing import Any

from data.catalog import query
from data.identity import new_run_id
from data.store import Store

QUERIES = Path(__file__).resolve().parents[2] / "docs" / "queries.md"
Row = dict[str, Any]


def request(name: str, sample: str, dollars: float | None, status: str = "ok") -> Row:
    return {"request_id": name, "sample_id": sample, "status": status, "cost_usd": dollars, "prompt_tokens": 90, "completion_tokens": 10}


def trace(name: str, sample: str, method: str, *requests: str) -> Row:
    return {"trace_id": name, "sample_id": sample, "method": method, "request_ids": list(requests)}


def publish(store: Store, tables: dict[str, list[Row]]) -> None:
    with store.draft(stage="generate", stage_key=str(sorted(tables)), run_id=new_run_id()) as draft:
        for name, rows in tables.items():
            draft.add(name, rows)
        draft.publish()


def costs(store: Store) -> dict[str, Row]:
    found = re.search(r"## What does a kept trace cost.*?```sql\n(.*?)```", QUERIES.read_text(), re.DOTALL)
    assert found is not None
    names, rows = query(store, found[1])
    return {row[0]: dict(zip(names, row, strict=True)) for row in rows}


def test_shared_calls_are_parted_and_dropped_traces_and_dead_ends_are_paid_by_the_kept(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "store")
    calls = [
        request("a", "s1", 4.0),
        request("b", "s1", 2.0),
        request("dead", "s1", 6.0),
        request("d", "s2", 1.0),
        request("lost", "s3", 0.5),
    ]
    failed = request("f", "s2", None, "failed") | {"prompt_tokens": None}
    tree = [trace("t1", "s1", "tree_direct", "a", "b"), trace("t2", "s1", "tree_corrected", "a")]
    direct = [trace("t3", "s2", "direct", "d"), trace("t4", "s2", "direct", "d")]
    publish(store, {"requests": [*calls, failed], "traces": [*tree, *direct]})
    publish(store, {"verdicts": [{"trace_id": name, "sample_id": "s", "kept": name != "t4"} for name in ("t1", "t2", "t3", "t4")]})
    found = costs(store)
    assert {name: row["dollars_per_kept"] for name, row in found.items()} == {
        "tree_direct": 7,
        "tree_corrected": 5,
        "direct": 1,
        "no trace": None,
    }
    assert (found["direct"]["traces"], found["direct"]["kept"], found["direct"]["tokens_per_kept"]) == (2, 1, 100)


def test_a_dead_end_is_paid_by_its_own_method_and_a_judge_by_all(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "store")
    purposes = {"dead": "tree", "pick": "pick", "judge": "judge_chain", "found": "tree", "said": "rationalize"}
    calls = [request(name, "s1", 2.0) | {"purpose": purpose} for name, purpose in purposes.items()]
    traces = [trace("t1", "s1", "tree_direct", "found"), trace("t2", "s1", "rationalize", "said")]
    publish(store, {"requests": calls, "traces": traces})
    publish(store, {"verdicts": [{"trace_id": name, "sample_id": "s1", "kept": True} for name in ("t1", "t2")]})
    assert {name: row["dollars_per_kept"] for name, row in costs(store).items()} == {"tree_direct": 5, "rationalize": 5}


def test_what_a_judge_of_rollouts_cost_is_no_cost_of_traces(tmp_path: Path) -> None:
    store, run_id = Store.open(tmp_path / "store"), new_run_id()
    store.run(run_id).record(stage="reinforce", status="complete")
    judged = request("judge", "s1", 8.0) | {"purpose": "judge_consistency", "run_id": run_id}
    publish(store, {"requests": [request("a", "s1", 2.0), judged], "traces": [trace("t1", "s1", "direct", "a")]})
    publish(store, {"verdicts": [{"trace_id": "t1", "sample_id": "s1", "kept": True}]})
    assert costs(store)["direct"]["dollars_per_kept"] == 2


def test_a_call_without_a_price_costs_null_and_not_nothing(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "store")
    publish(store, {"requests": [request("a", "s1", None)], "traces": [trace("t1", "s1", "direct", "a")]})
    publish(store, {"verdicts": [{"trace_id": "t1", "sample_id": "s1", "kept": True}]})
    assert costs(store)["direct"]["dollars_per_kept"] is None
