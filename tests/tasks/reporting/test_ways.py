from pathlib import Path
from typing import Any

import pytest

from data.identity import new_run_id
from data.store import Draft, Store
from tasks.reporting import render_report
from tasks.reporting.corner import Corner
from tasks.reporting.facts import expenses, funnel
from tasks.reporting.ways import Reason, Way, methods_of, reasons, ways

STEPS: list[dict[str, Any]] = []
PAID = {"status": "ok", "prompt_tokens": 90, "completion_tokens": 10, "cost_usd": 0.5}


def fill(draft: Draft) -> None:
    """A search of four calls with six traces, and three calls of two other ways."""
    purposes = ["tree", "tree", "tree", "tree", "rationalize", "pick", "judge_chain"]
    calls = [{"request_id": f"req_{k}", "purpose": purpose, "sample_id": "smp_a"} | PAID for k, purpose in enumerate(purposes)]
    draft.add("requests", [*calls[:3], calls[3] | {"status": "failed", "cost_usd": None, "prompt_tokens": None}, *calls[4:]])
    chains = [
        ("trc_a", "tree_direct", True),
        ("trc_b", "tree_direct", False),
        ("trc_c", "tree_corrected", True),
        ("trc_d", "tree_corrected", True),
        ("trc_f", "tree_direct", False),
    ]
    rows = [
        {"trace_id": name, "sample_id": "smp_a", "method": method, "selected": chosen, "steps": STEPS} for name, method, chosen in chains
    ]
    unread = {
        "trace_id": "trc_e",
        "sample_id": "smp_b",
        "method": "rationalize",
        "selected": True,
        "steps": None,
        "parse_error": "no answer",
    }
    draft.add("traces", [rows[0], rows[1] | {"left_out": "repeats: step 2"}, *rows[2:], unread])
    failed: dict[str, list[str]] = {
        "trc_a": [],
        "trc_b": ["length"],
        "trc_c": ["length", "leak"],
        "trc_d": ["leak"],
        "trc_e": ["answer_correct"],
        "trc_f": [],
    }
    verdicts = [{"trace_id": name, "kept": not rules, "reason": next(iter(rules), None), "failed": rules} for name, rules in failed.items()]
    draft.add("verdicts", verdicts)
    draft.add("sft", [{"trace_id": "trc_a", "dialect": "vigorl", "sample_id": "smp_a", "split": "train"}])


@pytest.fixture
def corner(tmp_path: Path) -> Corner:
    store = Store.open(tmp_path / "store")
    with store.draft(stage="generate", stage_key="made", run_id=new_run_id()) as draft:
        fill(draft)
        draft.publish()
    return Corner(store, store.versions("traces"))


def test_a_way_counts_each_call_once_and_its_methods_their_traces(corner: Corner) -> None:
    by_name = {way.name: way for way in ways(corner)}
    assert list(by_name) == ["judge_chain", "rationalize", "tree", "tree_corrected", "tree_direct"]
    tree = by_name["tree"]
    assert (tree.calls, tree.failed, tree.traces, tree.chosen, tree.readable, tree.kept, tree.published) == (4, 1, 5, 3, 3, 1, 1)
    assert (tree.tokens_each, tree.dollars_each) == (300, 1.5)
    assert (by_name["rationalize"].calls, by_name["rationalize"].readable) == (2, 0)
    assert by_name["tree_direct"] == Way("tree_direct", True, samples=1, traces=3, chosen=1, readable=1, kept=1, published=1)


def test_a_trace_is_counted_at_all_that_speaks_against_it(corner: Corner) -> None:
    lines = reasons(corner)
    assert lines == [
        Reason("left out", "another was picked", 1, 1, {"tree_direct": 1}),
        Reason("left out", "repeats", 1, 0, {"tree_direct": 1}),
        Reason("not readable", "no answer", 1, 1, {"rationalize": 1}),
        Reason("dropped by rule", "leak", 2, 1, {"tree_corrected": 2}),
        Reason("dropped by rule", "length", 2, 0, {"tree_corrected": 1, "tree_direct": 1}),
    ]
    assert methods_of(lines) == ["rationalize", "tree_corrected", "tree_direct"]


def test_the_funnel_counts_as_kept_what_the_ways_do(corner: Corner) -> None:
    levels = {level.name: level.rows for level in funnel(corner)}
    assert levels["traces kept"] == sum(way.kept for way in ways(corner) if not way.is_part) == 1
    assert (levels["traces written"], levels["traces that parse"], levels["traces chosen of these"]) == (6, 5, 3)


def test_without_a_price_there_are_no_dollars(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "store")
    with store.draft(stage="generate", stage_key="made", run_id=new_run_id()) as draft:
        draft.add("requests", [{"request_id": "req_1", "purpose": "direct"} | PAID | {"cost_usd": None}])
        draft.publish()
    with Corner(store, store.versions("requests")) as corner:
        assert [way.dollars for way in ways(corner)] == [None]
    assert "By method" in render_report(store, store.versions("requests"), title="made")


def test_calls_of_an_earlier_run_that_a_trace_is_made_of_are_counted(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "store")
    for number, cited in enumerate((["req_0"], ["req_0", "req_1"])):
        with store.draft(stage="generate", stage_key=f"made {number}", run_id=new_run_id()) as draft:
            draft.add("requests", [{"request_id": f"req_{number}", "run_id": draft.run_id, "purpose": "direct"} | PAID])
            draft.add("traces", [{"trace_id": f"trc_{number}", "method": "direct", "request_ids": cited, "steps": STEPS}])
            draft.publish()
    with Corner(store, store.versions("traces")[-1:]) as corner:
        assert [(way.calls, way.dollars) for way in ways(corner)] == [(2, 1.0)]
        assert [line.requests for line in expenses(corner)] == [1, 1]
