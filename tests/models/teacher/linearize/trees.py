"""Trees written by hand: a step is ``A (1, 2)`` or ``A``, a rollout a list of them with an answer, reward in its last word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from data.identity import digest
from data.rows import trace_from_row, trace_to_row
from data.sample import Role, Sample, Task
from data.space import Frame, Space
from data.trace import Answer, Mention, PlacedBox, PlacedPoint, Step, Trace
from models.teacher.config import GenerateConfig
from models.teacher.linearize.traces import linearize

Row = dict[str, Any]
FRAMES = [Frame(Space.pixels(1000, 800), Space.pixels(1000, 800))]
SAMPLE = Sample("smp_a", "d", "train", Task.TEXT, ("img_a",), "Is it?", answer="yes")
POINTING = Sample("smp_p", "d", "train", Task.POINT, ("img_a",), "Where?", boxes=(PlacedBox(0, 0, 9, 9, role=Role.ANSWER),))
PUBLISHED: dict[str, Any] = {"form": "published", "corrected_share": 1, "most_repeats": None}
YES, NO = Answer("yes"), Answer("no")


def step(text: str) -> Step:
    """``A (1, 2) and B (3, 4)`` as a step with two mentions; a thought of a single word gets a full stop."""
    thought, mentions, cursor = "", [], 0
    for match in re.finditer(r" \((-?\d+), (-?\d+)\)", text):
        thought += text[cursor : match.start()]
        mentions.append(Mention(len(thought), PlacedPoint(float(match[1]), float(match[2]))))
        cursor = match.end()
    thought += text[cursor:]
    return Step(thought if thought.endswith(".") else f"{thought}.", tuple(mentions))


def root(*below: list[Row]) -> list[Row]:
    """The rows of a tree; ``node``, ``rollout`` and ``answer`` make what is below."""
    return _hung({"node_id": "0", "parent_id": None, "kind": "root", "number": 0, "status": "ok", "request_ids": []}, below)


def node(thought: str, *below: list[Row], status: str = "ok") -> list[Row]:
    said = _columns(Trace((step(thought),)))["steps"][0]
    return _hung({"node_id": "", "kind": "thought", "status": status, "request_ids": [f"req_{thought}"], **said}, below)


def rollout(*thoughts: str, answer: Answer = YES, reward: float | None = 1.0) -> list[Row]:
    columns = _columns(Trace(tuple(map(step, thoughts)), answer))
    calls = [f"req_{thought}" for thought in thoughts]
    return [{"node_id": "", "kind": "rollout", "status": "ok", "request_ids": calls, "reward": reward, **columns}]


def wrong(*thoughts: str) -> list[Row]:
    return rollout(*thoughts, answer=NO, reward=0.0)


def answer(thought: str | None = None, said: Answer = YES, reward: float = 1.0) -> list[Row]:
    own = _columns(Trace((step(thought),)))["steps"][0] if thought else {}
    columns = {name: value for name, value in _columns(Trace((), said)).items() if name != "steps"}
    return [{"node_id": "", "kind": "answer", "status": "ok", "request_ids": ["req_answer"], "reward": reward, **own, **columns}]


def chains(rows: Sequence[Row], sample: Sample = SAMPLE, dialect: str = "vigorl", **config: Any) -> list[Row]:
    settings = GenerateConfig.model_validate({"method": "tree", "dialect": dialect, "linearize": config})
    return linearize(sample, [dict(row) for row in rows], settings, FRAMES, "hash")


def taken(rows: Sequence[Row], **config: Any) -> list[Row]:
    return [row for row in chains(rows, **config) if row["selected"]]


def reasons(rows: Sequence[Row], **config: Any) -> list[str]:
    return [row["left_out"].partition(":")[0] for row in chains(rows, **config) if not row["selected"]]


def thoughts(row: Row) -> list[str]:
    """What a trace's steps say; a turn-back thought, which has more than one word, as ``<``."""
    trace = trace_from_row(row)
    return [said if " " not in said else "<" for said in (one.thought.rstrip(".") for one in (trace.steps if trace else ()))]


def _hung(top: Row, below: Sequence[list[Row]]) -> list[Row]:
    rows = [top | {"tree_id": "tre_a", "sample_id": "smp_a"}]
    for number, (first, *rest) in enumerate(below):
        rows += _renamed([first | {"number": number}, *rest], f"{top['node_id']}.{number}")
    return rows


def _renamed(rows: Sequence[Row], place: str) -> list[Row]:
    """A part of a tree under the name of its place."""
    first, *rest = rows
    moved = [first | {"node_id": place, "parent_id": place.rpartition(".")[0], "tree_id": "tre_a", "sample_id": "smp_a"}]
    return moved + [row | {"node_id": place + row["node_id"], "parent_id": place + row["parent_id"]} for row in rest]


def _columns(trace: Trace) -> Row:
    return trace_to_row(trace)


def shuffled(rows: Sequence[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: digest(row["node_id"]))
