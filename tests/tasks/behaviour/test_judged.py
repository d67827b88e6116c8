"""A judge of behaviour, behind real HTTP."""

import json
from pathlib import Path
from typing import Any

import pytest

from data.rows import Row, sample_to_row, trace_to_row
from data.sample import Sample, Task
from data.store import Store
from data.trace import Mention, PlacedPoint, Step, Trace
from models.teacher.errors import TeacherFailedError, TeacherUnreachableError
from models.teacher.judge.config import AskedConfig
from tasks.behaviour.chains import Reading
from tasks.behaviour.judged import Judged, judge_behaviour
from tasks.behaviour.subjects import find_subjects
from tests.models.teacher.chaos import chaotic_teacher

SAMPLE = Sample("smp_1", "d", "train", Task.POINT, ("img_1",), "Where is the cup?")
THOUGHTS = ("I look for the cup. Wait, not there.", "The cup is here.", "I see no cup.")
MARKED = "<marks>subgoals: 1\nverifications: none\nbacktracks: none</marks>"
KEY = "sk-very-secret-0123456789"
ADDRESS = "http://127.0.0.1:9/v1"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Three chains of one sample, and one whose sample is nowhere."""
    monkeypatch.setenv("JUDGE_KEY", KEY)
    store = Store.open(tmp_path / "store")
    named = {"method": "direct", "teacher": "t", "candidate": 0, "dialect": "vigorl", "request_ids": []}
    chains = [Trace((Step(thought, (Mention(3, PlacedPoint(1.0, 2.0)),)),)) for thought in THOUGHTS]
    rows = [trace_to_row(chain, **named, sample_id=SAMPLE.sample_id, text=thought) for chain, thought in zip(chains, THOUGHTS, strict=True)]
    with store.draft(stage="generate", stage_key="t", run_id="run_t") as draft:
        draft.add("samples", [sample_to_row(SAMPLE)])
        draft.add("traces", [*rows, trace_to_row(Trace(), **named, sample_id="smp_2", text="")])
        draft.publish()
    return store


def judge(store: Store, url: str, **config: Any) -> Judged:
    teacher = {"provider": "chaos", "model": "m", "base_url": url, "key_variable": "JUDGE_KEY", "in_flight": 1, "attempts": 1}
    settings = AskedConfig.model_validate({"teacher": teacher | config.pop("teacher", {}), "attempts": 1} | config)
    return judge_behaviour(store, find_subjects(store, "latest", of_traces=True), Reading(), settings)


def subgoals(store: Store, judged: Judged) -> list[Row]:
    return [row for row in store.read(judged.version).to_pylist() if row["name"] == "behaviour_judged_subgoals"]


def test_words_are_rows_that_name_their_calls(store: Store) -> None:
    with chaotic_teacher(*[MARKED] * 3) as chaos:
        found = judge(store, chaos.url)
    rows = subgoals(store, found)
    assert [row["value"] for row in rows] == [1.0, 1.0, 1.0, None]
    assert rows[-1]["error"] == "the store does not hold its sample"
    asked = {row["request_id"]: row["purpose"] for row in store.requests()}
    assert {name for row in rows for name in row["request_ids"]} == set(asked)
    assert (set(asked.values()), found.calls, found.version.rows) == ({"judge_behaviour"}, 3, 12)


def test_what_was_said_is_found_again_without_an_endpoint(store: Store) -> None:
    with chaotic_teacher(*[MARKED] * 3) as chaos:
        first = judge(store, chaos.url)
    again = judge(store, ADDRESS, budget={"calls": 0}, teacher={"timeout_s": 1.0})
    assert (again.version, again.is_new) == (first.version, False)


@pytest.mark.parametrize(
    "change", [{"samples": 2}, {"teacher": {"model": "n"}}, {"teacher": {"temperature": 0.5}}, {"teacher": {"max_tokens": 9}}]
)
def test_another_judge_or_another_way_of_asking_has_its_own_version(store: Store, change: dict[str, Any]) -> None:
    with chaotic_teacher(*[MARKED] * 12) as chaos:
        first, other = judge(store, chaos.url), judge(store, chaos.url, **change)
    assert other.is_new
    assert first.version.stage_key != other.version.stage_key


def test_refused_and_unreadable_replies_are_rows_with_their_error_beside_good_ones(store: Store) -> None:
    with chaotic_teacher(MARKED, "400", "ok") as chaos:
        rows = subgoals(store, judge(store, chaos.url))
    assert [row["value"] for row in rows] == [1.0, None, None, None]
    assert "the call failed" in rows[1]["error"]
    assert "is not the three lines of marks" in rows[2]["error"]
    assert [len(row["request_ids"]) for row in rows] == [1, 1, 1, 0]


def test_what_failed_is_asked_again_and_nothing_else_is(store: Store) -> None:
    with chaotic_teacher(MARKED, "400", MARKED, MARKED) as chaos:
        first, again = judge(store, chaos.url), judge(store, chaos.url)
        assert len(chaos.calls) == 4
        assert judge(store, chaos.url).version == again.version
    assert [row["value"] for row in subgoals(store, first)] == [1.0, None, 1.0, None]
    assert [row["value"] for row in subgoals(store, again)] == [1.0, 1.0, 1.0, None]
    assert (again.is_new, again.calls) == (True, 1)


def test_one_that_is_refused_again_and_again_leaves_the_others_known(store: Store) -> None:
    with chaotic_teacher(MARKED, "400", MARKED, "400") as chaos:
        rows = [subgoals(store, judge(store, chaos.url)) for _ in range(2)]
    assert [[row["value"] for row in found] for found in rows] == [[1.0, None, 1.0, None]] * 2


def test_a_spent_budget_leaves_a_note_and_the_next_run_goes_on(store: Store) -> None:
    with chaotic_teacher(*[MARKED] * 3) as chaos:
        first = judge(store, chaos.url, budget={"calls": 2})
        assert (len(chaos.calls), first.note) == (
            2,
            "the budget (calls 2) is spent and 1 chains are unfinished; the same command goes on with them",
        )
        assert "the budget is spent" in subgoals(store, first)[2]["error"]
        again = judge(store, chaos.url, budget={"calls": 2})
    assert (len(chaos.calls), again.note) == (3, None)
    assert store.run(first.version.run_id).recorded()["note"] == first.note


def test_a_judge_that_answers_nothing_publishes_nothing_and_keeps_its_calls(store: Store) -> None:
    with chaotic_teacher(*["400"] * 3) as chaos, pytest.raises(TeacherFailedError, match="the judge m answered none of 3 calls"):
        judge(store, chaos.url)
    assert store.versions("judgements") == []
    assert {row["status"] for row in store.requests()} == {"failed"}
    with chaotic_teacher(*[MARKED] * 3) as chaos:
        again = judge(store, chaos.url)
    assert (again.is_new, again.calls) == (True, 3)


def test_an_endpoint_that_is_lost_is_one_sentence_that_says_what_to_set(store: Store) -> None:
    with pytest.raises(TeacherUnreachableError, match=r"start it, or set judge\.teacher\.base_url"):
        judge(store, ADDRESS)


def test_the_key_is_sent_and_written_nowhere(store: Store) -> None:
    with chaotic_teacher(MARKED, "400", "echo") as chaos:
        judge(store, chaos.url)
        assert set(chaos.keys) == {f"Bearer {KEY}"}
    files = [path for path in store.root.rglob("*") if path.is_file()]
    assert not [path for path in files if KEY.encode() in path.read_bytes()]
    assert KEY not in json.dumps([store.read(version).to_pylist() for version in store.versions()], default=str)
