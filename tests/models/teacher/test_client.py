from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from data.identity import new_run_id
from data.store import Store
from models.teacher.call import Call, Reply, RequestStatus
from models.teacher.client import TeacherClient
from models.teacher.config import BudgetConfig, TeacherConfig
from models.teacher.errors import TeacherRefusedError, TeacherUnreachableError
from models.teacher.ledger import Ledger
from tests.models.teacher.chaos import chaotic_teacher
from tests.models.teacher.stalling import stalling_server

KEY = "sk-very-secret-0123456789"
CALL = Call("chaos", "m", {"temperature": 0.7}, ({"role": "user", "content": "Where?"},), ("img_a",), 0, "direct", "smp_a")


class OnePixel:
    def url(self, image_id: str) -> str:
        return f"data:image/png;base64,{image_id}"

    def crop_url(self, crop: Mapping[str, Any]) -> str:
        return f"data:image/png;base64,{crop['image_id']}_{crop['x']}_{crop['y']}"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "store")


def several(number: int) -> list[Call]:
    """Repetitions of one call."""
    return [replace(CALL, sample_index=index) for index in range(number)]


def ask_all(
    store: Store, url: str, calls: Sequence[Call], budget: BudgetConfig | None = None, run_id: str | None = None, **config: object
) -> list[Reply]:
    """The replies of one run that asks all calls at once."""
    settings = TeacherConfig.model_validate({"provider": "chaos", "model": "m", "timeout_s": 2.0} | config)

    async def asked() -> list[Reply]:
        ledger = Ledger(store.run(run_id or new_run_id()), store.requests())
        async with TeacherClient(settings, url, KEY, ledger, OnePixel(), budget) as client:
            return await asyncio.gather(*map(client.ask, calls))

    return asyncio.run(asked())


@pytest.mark.parametrize(
    ("act", "error"),
    [
        ("429", "StatusError: 429 Too Many Requests"),
        ("500", "StatusError: 500 Internal Server Error"),
        ("drop", "ConnectionFailedError: ServerDisconnectedError"),
        ("malformed", "MalformedReplyError"),
        ("no choices", "MalformedReplyError"),
    ],
)
def test_a_call_that_goes_wrong_is_made_again_and_the_failure_recorded(store: Store, act: str, error: str) -> None:
    with chaotic_teacher(act) as chaos:
        (reply,) = ask_all(store, chaos.url, [CALL])
    assert (reply.status, reply.attempts, len(chaos.calls)) == (RequestStatus.OK, 2, 2)
    (row,) = store.requests()
    assert (row["status"], row["attempts"], len(row["attempt_errors"])) == ("ok", 2, 1)
    assert error in row["attempt_errors"][0]


def test_no_call_is_lost_in_a_storm(store: Store) -> None:
    with chaotic_teacher(*["500", "drop", "malformed", "ok", "503"] * 8) as chaos:
        replies = ask_all(store, chaos.url, [replace(CALL, sample_index=index) for index in range(40)], timeout_s=60.0)
    assert {reply.status for reply in replies} == {RequestStatus.OK}
    assert sum(reply.attempts for reply in replies) == len(chaos.calls) == 72
    assert len(list(store.requests())) == 40


def test_retry_after_is_heeded(store: Store) -> None:
    with chaotic_teacher("429") as chaos:
        ask_all(store, chaos.url, [CALL])
    assert chaos.times[1] - chaos.times[0] > 0.9


def test_a_slow_reply_is_asked_for_again(store: Store) -> None:
    with chaotic_teacher() as chaos:
        chaos.delay_s = 0.5
        (reply,) = ask_all(store, chaos.url, [CALL], timeout_s=0.2, attempts=2)
    assert (reply.status, [error.partition(":")[0] for error in reply.attempt_errors]) == (RequestStatus.FAILED, ["LateReplyError"] * 2)


@pytest.mark.parametrize("act", ["silent", "headers", "trickle"])
def test_a_server_that_stalls_is_hung_up_on_in_time_and_its_slot_goes_to_the_next(store: Store, act: str) -> None:
    started = time.monotonic()
    with stalling_server(act) as server:
        replies = ask_all(store, server.url, several(3), timeout_s=0.6, attempts=1, in_flight=1)
    assert {error for reply in replies for error in reply.attempt_errors} == {"LateReplyError: no whole reply within 0.6 s"}
    assert server.hung_up == [act] * 3
    assert time.monotonic() - started < 9


def test_a_call_that_waits_for_another_try_leaves_its_slot_to_others(store: Store) -> None:
    with chaotic_teacher("500") as chaos:
        replies = ask_all(store, chaos.url, several(3), in_flight=1)
        asked = [call["seed"] for call in chaos.calls]
    assert [reply.attempts for reply in replies] == [2, 1, 1]
    assert asked[0] == asked[-1] == several(1)[0].seed


def test_an_endpoint_that_breaks_is_tried_by_one_call_at_a_time_and_then_given_up(store: Store) -> None:
    with chaotic_teacher("ok", *["500"] * 100) as chaos, pytest.raises(TeacherUnreachableError) as lost:
        ask_all(store, chaos.url, several(40), in_flight=4, attempts=3, breaks_after=5, patience_s=0.6)
    assert 6 <= len(chaos.calls) < 30, "of the 120 tries that 40 calls may make"
    said = str(lost.value)
    assert "is down since 20" in said
    assert "the last with StatusError: 500 Internal Server Error" in said
    assert said.endswith("; 1 replies of this run are on disk and will not be asked for again")


def test_the_budget_ends_a_run_without_a_row_for_what_was_never_sent(store: Store) -> None:
    with chaotic_teacher("ok", "400") as chaos:
        replies = ask_all(store, chaos.url, several(6), budget=BudgetConfig(calls=3), in_flight=1)
    assert [reply.status.value for reply in replies] == ["ok", "failed", "ok", "unasked", "unasked", "unasked"]
    assert (len(chaos.calls), len(list(store.requests()))) == (3, 3)


def test_a_run_that_goes_on_counts_what_it_paid_and_a_new_one_does_not(store: Store) -> None:
    caps, run_id = BudgetConfig(tokens=3500), new_run_id()
    with chaotic_teacher() as chaos:
        for _ in range(2):
            ask_all(store, chaos.url, several(8), budget=caps, in_flight=1, run_id=run_id)
        assert len(chaos.calls) == 3
        ask_all(store, chaos.url, several(8), budget=caps, in_flight=1)
    assert len(chaos.calls) == 6


def test_money_runs_out_no_later_than_the_calls_in_flight(store: Store) -> None:
    prices = {"m": {"prompt": 2.0, "completion": 10.0}}
    with chaotic_teacher() as chaos:
        ask_all(store, chaos.url, several(40), budget=BudgetConfig(dollars=0.03), prices=prices, in_flight=4)
    assert 9 <= len(chaos.calls) <= 10 + 4


def test_what_an_endpoint_does_not_count_is_taken_to_cost_as_much_as_it_may(store: Store) -> None:
    calls = [replace(call, params={"max_tokens": 100}) for call in several(6)]
    with chaotic_teacher(*["uncounted"] * 6) as chaos:
        ask_all(store, chaos.url, calls, budget=BudgetConfig(tokens=300), in_flight=1)
    assert len(chaos.calls) == 3


def test_a_reply_that_is_cut_short_is_durable_too(store: Store) -> None:
    with chaotic_teacher("cut") as chaos:
        first, again = (ask_all(store, chaos.url, [CALL])[0] for _ in range(2))
    assert (first, first.finish_reason, len(chaos.calls)) == (again, "length", 1)


def test_another_machine_with_the_same_store_asks_nothing_again(store: Store, tmp_path: Path) -> None:
    with chaotic_teacher() as first:
        ask_all(store, first.url, several(3))
    shutil.copytree(store.root, tmp_path / "elsewhere")
    with chaotic_teacher() as second:
        replies = ask_all(Store.open(tmp_path / "elsewhere"), second.url, several(4), in_flight=7, timeout_s=9.0)
    assert (len(second.calls), [reply.status for reply in replies]) == (1, [RequestStatus.OK] * 4)


def test_a_reply_that_is_on_disk_is_never_asked_for_again(store: Store) -> None:
    with chaotic_teacher("ok", "empty") as chaos:
        calls = [CALL, replace(CALL, sample_index=1)]
        first = [ask_all(store, chaos.url, [call])[0] for call in calls]
        assert ask_all(store, chaos.url, calls) == first
    assert [reply.status for reply in first] == [RequestStatus.OK, RequestStatus.DISCARDED]
    assert len(chaos.calls) == 2


def test_a_failed_call_is_a_row_and_is_asked_again_by_the_next_run(store: Store) -> None:
    with chaotic_teacher("400") as chaos:
        assert [ask_all(store, chaos.url, [CALL])[0].status for _ in range(2)] == [RequestStatus.FAILED, RequestStatus.OK]
    assert [row["status"] for row in store.requests()] == ["failed", "ok"]


def test_the_same_call_at_the_same_time_is_one_call(store: Store) -> None:
    with chaotic_teacher() as chaos:
        replies = ask_all(store, chaos.url, [CALL] * 20)
    assert len(chaos.calls) == 1
    assert len(set(replies)) == 1


def test_repetitions_are_calls_of_their_own_with_their_own_seeds(store: Store) -> None:
    with chaotic_teacher() as chaos:
        ask_all(store, chaos.url, [replace(CALL, sample_index=index) for index in range(4)])
    assert len({call["seed"] for call in chaos.calls}) == 4
    assert {call["n"] for call in chaos.calls} == {1}


def test_no_more_calls_are_open_than_allowed(store: Store) -> None:
    with chaotic_teacher() as chaos:
        chaos.delay_s = 0.02
        ask_all(store, chaos.url, [replace(CALL, sample_index=index) for index in range(30)], in_flight=4)
    assert chaos.most_at_once == 4


def test_tokens_cost_what_the_prices_say(store: Store) -> None:
    with chaotic_teacher() as chaos:
        (reply,) = ask_all(store, chaos.url, [CALL], prices={"m": {"prompt": 2.0, "completion": 10.0}})
        (free,) = ask_all(store, chaos.url, [replace(CALL, sample_index=1)], prices={"other": {"prompt": 2.0, "completion": 10.0}})
    assert reply.cost_usd == pytest.approx(0.003)
    assert free.cost_usd is None


def test_the_key_is_sent_and_written_nowhere(store: Store) -> None:
    with chaotic_teacher("500", "400", "401") as chaos:
        ask_all(store, chaos.url, [CALL])
        with pytest.raises(TeacherRefusedError) as refusal:
            ask_all(store, chaos.url, [replace(CALL, sample_index=1)])
    assert set(chaos.keys) == {f"Bearer {KEY}"}
    assert KEY not in str(refusal.value)
    assert not [path for path in store.root.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]
    assert "[key]" in next(iter(store.requests()))["attempt_errors"][0]


def test_a_teacher_that_is_not_there_is_one_clear_sentence_soon(store: Store) -> None:
    started = time.monotonic()
    with pytest.raises(TeacherUnreachableError, match=r"no teacher answers at http://127.0.0.1:9/v1 .*generate\.teacher\.base_url"):
        ask_all(store, "http://127.0.0.1:9/v1", [CALL])
    assert time.monotonic() - started < 5
    assert list(store.requests()) == []


def test_a_teacher_on_this_machine_is_not_asked_through_a_proxy(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with chaotic_teacher() as chaos:
        assert ask_all(store, chaos.url, [CALL])[0].status == RequestStatus.OK


def test_a_call_is_known_by_what_decides_its_reply() -> None:
    changes: list[dict[str, object]] = [
        {"provider": "other"},
        {"model": "other"},
        {"params": {"temperature": 0.8}},
        {"messages": ({"role": "user", "content": "What?"},)},
        {"image_ids": ("img_b",)},
        {"sample_index": 1},
    ]
    others = [replace(CALL, **change) for change in changes]  # type: ignore[arg-type]
    assert len({CALL.request_id, *(call.request_id for call in others)}) == 7
    assert replace(CALL, purpose="other", sample_id="smp_b").request_id == CALL.request_id
