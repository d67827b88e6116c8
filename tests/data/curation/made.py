"""Traces of one sample, and what rules say of them."""

from __future__ import annotations

from typing import Any

from data.curation.verdicts import judge_traces
from data.rows import trace_to_row
from data.sample import Role, Sample, Task
from data.tables import arrow
from data.trace import Answer, Mention, PlacedBox, PlacedPoint, Step, Trace

KNOWN = PlacedBox(10, 10, 30, 30, 0, None, Role.ANSWER)
NEAR = PlacedBox(50, 50, 60, 60, 0, None, Role.EVIDENCE)
SAMPLE = Sample("smp_1", "set", "train", Task.BOX, ("img_1",), "Where?", boxes=(KNOWN, NEAR))
HALF = Answer(boxes=(PlacedBox(10, 10, 30, 20),))
Place = PlacedPoint | PlacedBox
Row = dict[str, Any]


def row(trace: Trace | None, text: str = "said", **more: Any) -> Row:
    """A row of ``traces``."""
    origin = {"sample_id": "smp_1", "method": "direct", "dialect": "vigorl", "candidate": 0, "text": text, "request_ids": []}
    return trace_to_row(trace, **(origin | {"parse_error": None} | more))


def thought(*places: Place, answer: Answer = HALF) -> Trace:
    """A trace of one step that names places."""
    return chain(places, answer=answer)


def chain(*steps: tuple[Place, ...], answer: Answer = HALF) -> Trace:
    """A trace of steps that name places."""
    return Trace(tuple(Step("a", tuple(Mention(1, place) for place in places)) for places in steps), answer)


def verdicts(
    rows: list[Row], rules: dict[str, Row], sample: Sample = SAMPLE, judgements: dict[str, float | None] | None = None
) -> list[Row]:
    """The verdicts as rows."""
    found: list[Row] = judge_traces([sample], arrow("traces", rows), rules, judgements=judgements).to_pylist()
    return found


def passes(trace: Trace | None, name: str, settings: Row | None = None, sample: Sample = SAMPLE, **more: Any) -> bool:
    """Whether a trace passes one rule; what could not be read is no reason here."""
    (verdict,) = verdicts([row(trace, **more)], {name: settings or {}}, sample)
    return name not in verdict["failed"]
