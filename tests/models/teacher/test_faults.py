"""What a caller sees of each fault of the embedded teacher."""

import email.utils
import itertools
import json
import time
from collections.abc import Iterator
from typing import Any

import httpx2 as httpx
import pytest
from PIL import Image

from models.teacher.embedded.chaos import Weather, parse_shares
from models.teacher.embedded.faults import BABBLE, FAULTS, TWISTS
from models.teacher.embedded.tally import question_key
from models.teacher.loopback import start_embedded
from tests.models.teacher.conftest import MODEL, user_message

POINT = "<think>\nThe thing is at (x, y).\n</think>\n<answer>(x, y)</answer>\n\nQuestion: Where is the red circle?"
KEY = "sk-of-nobody"
SHARES = dict.fromkeys([*FAULTS, *TWISTS], 1 / (len(FAULTS) + len(TWISTS) + 1))
WEATHER = Weather(SHARES, seed=3)
CLOSED = (httpx.RemoteProtocolError, httpx.ReadError)


@pytest.fixture(scope="module")
def stormy_url() -> Iterator[str]:
    """A teacher that fails in every way there is, and wants a key."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STORMY_KEY", KEY)
        chaos = ",".join(f"{name}={share}" for name, share in SHARES.items())
        with start_embedded("--chaos", chaos, "--chaos-seed", "3", "--require-key", "STORMY_KEY") as url:
            yield url


@pytest.fixture
def messages(scene: Image.Image, request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    """A question that no other test asks."""
    return [user_message(f"{request.node.name}\n\n{POINT}", scene)]


def post(url: str, messages: list[dict[str, Any]], *faults: str | None, timeout: float = 60.0) -> httpx.Response:
    """The reply to a question that meets these faults, one each time it is asked."""
    seeds = (seed for seed in itertools.count() if foreseen(messages, seed, len(faults)) == list(faults))
    body = {"model": MODEL, "messages": messages, "seed": next(seeds), "temperature": 0}
    for _ in faults:
        reply = httpx.post(f"{url}/chat/completions", json=body, headers={"Authorization": f"Bearer {KEY}"}, timeout=timeout)
    return reply


def foreseen(messages: list[dict[str, Any]], seed: int, turns: int) -> list[str | None]:
    return [WEATHER.fault(question_key(messages, seed), turn) for turn in range(turns)]


def text_of(reply: httpx.Response) -> Any:
    return reply.json()["choices"][0]["message"]["content"]


def test_no_fault_is_an_honest_answer(stormy_url: str, messages: list[dict[str, Any]]) -> None:
    assert text_of(post(stormy_url, messages, None)).endswith("<answer>(30, 40)</answer>")


@pytest.mark.parametrize("fault", ["429", "429-seconds", "429-date", "500", "503"])
def test_a_refusal_has_a_status_and_repeats_the_key(stormy_url: str, messages: list[dict[str, Any]], fault: str) -> None:
    reply = post(stormy_url, messages, fault)
    assert reply.status_code == int(fault.partition("-")[0])
    assert KEY in reply.json()["error"]["message"]


def test_the_time_to_come_back_is_said_in_every_form(stormy_url: str, messages: list[dict[str, Any]]) -> None:
    bare, seconds, date = (post(stormy_url, messages, fault).headers.get("retry-after") for fault in ("429", "429-seconds", "429-date"))
    assert (bare, seconds) == (None, "1")
    assert abs(email.utils.parsedate_to_datetime(date or "").timestamp() - time.time()) < 60


@pytest.mark.parametrize("fault", ["drop", "cut"])
def test_a_connection_ends_early(stormy_url: str, messages: list[dict[str, Any]], fault: str) -> None:
    with pytest.raises(CLOSED):
        post(stormy_url, messages, fault)


@pytest.mark.parametrize("fault", ["truncated", "malformed"])
def test_a_whole_reply_is_no_json(stormy_url: str, messages: list[dict[str, Any]], fault: str) -> None:
    reply = post(stormy_url, messages, fault)
    assert reply.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        reply.json()


def test_json_answers_nothing(stormy_url: str, messages: list[dict[str, Any]]) -> None:
    stranger, empty, null = (post(stormy_url, messages, fault).json() for fault in ("stranger", "no-choices", "no-message"))
    assert "choices" not in stranger
    assert empty["choices"] == []
    assert null["choices"][0]["message"] is None


@pytest.mark.parametrize("fault", ["stall", "stall-body"])
def test_a_stall_lasts_as_long_as_the_caller_waits(stormy_url: str, messages: list[dict[str, Any]], fault: str) -> None:
    with pytest.raises(httpx.ReadTimeout):
        post(stormy_url, messages, fault, timeout=0.5)


def test_blanks_keep_a_connection_open_beyond_a_timeout_between_bytes(stormy_url: str, messages: list[dict[str, Any]]) -> None:
    seed = next(seed for seed in itertools.count() if foreseen(messages, seed, 1) == ["drip"])
    body = {"model": MODEL, "messages": messages, "seed": seed}
    with httpx.stream("POST", f"{stormy_url}/chat/completions", json=body, headers={"Authorization": f"Bearer {KEY}"}) as reply:
        parts = reply.iter_raw()
        assert {next(parts), next(parts)} == {b" "}


def test_an_answer_can_be_far_out_or_no_answer(stormy_url: str, messages: list[dict[str, Any]]) -> None:
    assert text_of(post(stormy_url, messages, "outside")).endswith("<answer>(100030, 100040)</answer>")
    assert text_of(post(stormy_url, messages, "babble")) == BABBLE


def test_a_question_that_comes_again_may_be_answered(stormy_url: str, messages: list[dict[str, Any]]) -> None:
    assert post(stormy_url, messages, "500", None).status_code == 200


def test_whole_answers_and_repeated_ones_are_counted(stormy_url: str, messages: list[dict[str, Any]]) -> None:
    before = httpx.get(f"{stormy_url}/fovea/calls").json()
    post(stormy_url, messages, None, None, "500")
    post(stormy_url, messages, "no-choices")
    after = httpx.get(f"{stormy_url}/fovea/calls").json()
    assert {name: after[name] - before[name] for name in before} == {"calls": 4, "completed": 2, "repeated": 1}


def test_who_has_no_key_is_told_so(stormy_url: str) -> None:
    replies = [httpx.get(f"{stormy_url}/models", headers=headers) for headers in ({}, {"Authorization": "Bearer other"})]
    assert [reply.json()["error"]["code"] for reply in replies] == ["invalid_api_key"] * 2


def test_a_storm_depends_on_its_seed_alone() -> None:
    faults = [[Weather(SHARES, seed).fault("question", turn) for turn in range(50)] for seed in (1, 1, 2)]
    assert faults[0] == faults[1] != faults[2]


@pytest.mark.parametrize(
    ("text", "reason"), [("430=0.1", "no fault '430'; there are 429"), ("429=0.6,500=0.6", "1 at most"), ("429=x", "x")]
)
def test_shares_that_cannot_be_are_refused(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_shares(text)
