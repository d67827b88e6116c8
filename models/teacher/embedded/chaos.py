"""Chaos: a server that fails some calls, to try what a caller makes of it.

*Shares* say which part of the calls meets which fault of ``models.teacher.embedded.faults``. Whether a call meets one, and which, follows
from the seed, from what is asked, and from how often that was asked before: a storm can be had again, and a call that is made again may
be answered.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.teacher.embedded.door import is_completion
from models.teacher.embedded.faults import FAULTS, TWISTS
from models.teacher.embedded.line import Line
from models.teacher.embedded.tally import question_key


@dataclass(frozen=True)
class Weather:
    """What calls meet."""

    shares: Mapping[str, float] = field(default_factory=dict)
    """Share of the calls, 0 to 1, by the name of the fault."""
    seed: int = 0
    latency_s: float = 0.0
    """Time before anything is said."""

    def fault(self, key: str, turn: int) -> str | None:
        """What a question meets when it comes for the ``turn``-th time, counted from 0; None is an honest answer."""
        chance = random.Random(f"{self.seed} {key} {turn}").random()
        for name, share in sorted(self.shares.items()):
            chance -= share
            if chance < 0:
                return name
        return None


class Chaos:
    """ASGI middleware: the weather around the application."""

    def __init__(self, app: ASGIApp, weather: Weather) -> None:
        self._app = app
        self._weather = weather
        self._turns: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not is_completion(scope):
            await self._app(scope, receive, send)
            return
        line = await Line.take(scope, receive, send)
        fault = self._next_fault(line.body)
        if self._weather.latency_s and await line.is_left_within(self._weather.latency_s):
            return
        if fault is None:
            await self._app(scope, line.receive, send)
        elif fault in TWISTS:
            await self._app(scope, line.receive, twisted(TWISTS[fault], send))
        else:
            await FAULTS[fault](line)

    def _next_fault(self, body: bytes) -> str | None:
        try:
            asked = json.loads(body)
            key = question_key(asked["messages"], asked.get("seed"))
        except (ValueError, TypeError, KeyError, AttributeError):
            return None
        self._turns[key] += 1
        return self._weather.fault(key, self._turns[key] - 1)


def parse_shares(text: str) -> dict[str, float]:
    """Read ``429=0.1,drop=0.05``. Raises ``ValueError`` on a name that is no fault and on shares that are none."""
    shares: dict[str, float] = {}
    for part in filter(None, text.split(",")):
        name, _, share = part.strip().partition("=")
        if name not in {*FAULTS, *TWISTS}:
            raise ValueError(f"no fault {name!r}; there are {', '.join([*FAULTS, *TWISTS])}")
        shares[name] = float(share)
    if min(shares.values(), default=0) < 0 or sum(shares.values()) > 1:
        raise ValueError(f"shares are 0 to 1 and 1 at most together, not {text}")
    return shares


def twisted(twist: Callable[[str], str], send: Send) -> Send:
    """``send``, with the texts of a completion changed."""
    start: Message = {}

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
            return
        body = _with_texts(twist, message["body"]) if start["status"] == 200 else message["body"]
        others = [(name, value) for name, value in start["headers"] if name != b"content-length"]
        await send({**start, "headers": [*others, (b"content-length", str(len(body)).encode())]})
        await send({**message, "body": body})

    return sent


def _with_texts(twist: Callable[[str], str], body: bytes) -> bytes:
    completion = json.loads(body)
    for choice in completion["choices"]:
        choice["message"]["content"] = twist(choice["message"]["content"])
    return json.dumps(completion).encode()
