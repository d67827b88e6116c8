"""Faults: ways in which an endpoint fails a call, by name. A *twist* is a fault of what an answer says; it comes as a whole reply."""

from __future__ import annotations

import email.utils
import json
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from models.teacher.embedded.door import authorization
from models.teacher.embedded.errors import RequestError
from models.teacher.embedded.line import Line

RETRY_AFTER_S = 1
DRIP_S = 0.05
FAR_OUT = 100_000
"""Added to a coordinate it lies outside of any image."""
BABBLE = "I would rather look at the picture for a while before I say anything about it."
COORDINATE = re.compile(r"(?<=[(\[ ])-?\d+(?:\.\d+)?(?=[,)\]])")
CHOICE = {"index": 0, "message": {"role": "assistant", "content": "cut short, as you se"}, "finish_reason": "stop"}
COMPLETION = {"id": "chatcmpl-chaos", "object": "chat.completion", "created": 0, "model": "embedded-sight", "choices": [CHOICE]}


async def refuse(line: Line, status: int, headers: Callable[[], Mapping[str, str]] = dict) -> None:
    """An error that repeats the caller's key, as careless servers do."""
    error = RequestError(f"This is not a good moment for {authorization(line.scope) or 'anybody'}.", status=status)
    await line.reply(status, json.dumps(error.body()).encode(), headers())


def retry_seconds() -> dict[str, str]:
    """A second, as a number."""
    return {"retry-after": str(RETRY_AFTER_S)}


def retry_date() -> dict[str, str]:
    """A second from now, as a date of HTTP."""
    return {"retry-after": email.utils.formatdate(time.time() + RETRY_AFTER_S, usegmt=True)}


async def drop(line: Line) -> None:
    """The connection ends before a word is said."""
    await line.hang_up()


async def cut(line: Line) -> None:
    """The connection ends in the middle of the reply."""
    body = json.dumps(COMPLETION).encode()
    await line.start(200, {"content-length": str(len(body))})
    await line.say(body[: len(body) // 2], more=True)
    await line.hang_up()


async def truncate(line: Line) -> None:
    """A whole reply whose JSON ends early."""
    body = json.dumps(COMPLETION).encode()
    await line.reply(200, body[: len(body) // 2])


async def say_page(line: Line) -> None:
    """A page of a proxy, with status 200."""
    await line.reply(200, b"<html><body><h1>Bad gateway</h1></body></html>")


async def say(line: Line, body: Any) -> None:
    """Well-formed JSON that answers nothing."""
    await line.reply(200, json.dumps(body).encode())


async def stall(line: Line) -> None:
    """Nothing, for as long as the caller waits."""
    await line.until_left()


async def stall_in_body(line: Line) -> None:
    """Headers, and then nothing."""
    await line.start(200, {"content-length": "1000"})
    await line.until_left()


async def drip(line: Line) -> None:
    """Headers and then a blank now and again, as gateways send them to keep a connection open."""
    await line.start(200, {})
    while not await line.is_left_within(DRIP_S):
        await line.say(b" ", more=True)


FAULTS: Mapping[str, Callable[[Line], Awaitable[None]]] = {
    "429": partial(refuse, status=429),
    "429-seconds": partial(refuse, status=429, headers=retry_seconds),
    "429-date": partial(refuse, status=429, headers=retry_date),
    "500": partial(refuse, status=500),
    "503": partial(refuse, status=503),
    "drop": drop,
    "cut": cut,
    "truncated": truncate,
    "malformed": say_page,
    "stranger": partial(say, body={"detail": "there is nothing of that kind here"}),
    "no-choices": partial(say, body={**COMPLETION, "choices": []}),
    "no-message": partial(say, body={**COMPLETION, "choices": [{**CHOICE, "message": None}]}),
    "stall": stall,
    "stall-body": stall_in_body,
    "drip": drip,
}


def point_outside(text: str) -> str:
    """The text with every coordinate far outside its image."""
    return COORDINATE.sub(lambda match: f"{float(match[0]) + FAR_OUT:g}", text)


def babble(_: str) -> str:
    """A text without any of what was asked for."""
    return BABBLE


TWISTS: Mapping[str, Callable[[str], str]] = {"outside": point_outside, "babble": babble}
