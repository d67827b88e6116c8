from __future__ import annotations

import dataclasses

import pytest

from data.rows import sample_from_row, sample_to_row, trace_from_row, trace_to_row
from data.sample import Role, Sample, Task
from data.tables import arrow
from data.trace import Answer, Mention, PlacedBox, PlacedPoint, Step, Trace, Zoom

SAMPLE = Sample(
    sample_id="smp_1",
    dataset="set",
    split="train",
    task=Task.BOX,
    image_ids=("img_1", "img_2"),
    question="Where?",
    context=({"role": "user", "text": "Hello"},),
    choices=("a", "b"),
    answer="a",
    points=(PlacedPoint(1, 2, 1, "p"),),
    boxes=(PlacedBox(1, 2, 3, 4, 0, "cat", Role.ANSWER),),
    meta={"b": [1], "a": None},
)
TRACE = Trace(
    (
        Step("A cat.", (Mention(2, PlacedPoint(1, 2)), Mention(3, PlacedBox(1, 2, 3, 4, 1, "cat"))), (Zoom(PlacedPoint(5, 6)),)),
        Step("So it is."),
    ),
    Answer("a", (PlacedPoint(1, 2),), (PlacedBox(1, 2, 3, 4),)),
)
ORIGIN = {"sample_id": "smp_1", "method": "direct", "dialect": "vigorl", "candidate": 0, "text": "said", "request_ids": ["req_1"]}


def test_a_sample_survives_its_table() -> None:
    row = arrow("samples", [sample_to_row(SAMPLE)]).to_pylist()[0]
    assert sample_from_row(row) == SAMPLE


def test_a_bare_sample_survives_its_table() -> None:
    bare = Sample("smp_2", "set", "train", Task.TEXT, ("img_1",), "Why?")
    assert sample_from_row(arrow("samples", [sample_to_row(bare)]).to_pylist()[0]) == bare


def test_an_unknown_task_names_its_sample() -> None:
    with pytest.raises(ValueError, match=r"sample smp_1 has the task 'sing'; tasks are point"):
        sample_from_row(sample_to_row(SAMPLE) | {"task": "sing"})


def test_a_trace_survives_its_table() -> None:
    row = arrow("traces", [trace_to_row(TRACE, **ORIGIN)]).to_pylist()[0]
    assert trace_from_row(row) == TRACE


def test_no_trace_survives_its_table() -> None:
    row = arrow("traces", [trace_to_row(None, **ORIGIN, parse_error="why")]).to_pylist()[0]
    assert trace_from_row(row) is None


def test_an_empty_trace_is_not_none() -> None:
    assert trace_from_row(arrow("traces", [trace_to_row(Trace(), **ORIGIN)]).to_pylist()[0]) == Trace()


def test_what_a_trace_says_alone_has_no_id() -> None:
    assert "trace_id" not in trace_to_row(TRACE)


@pytest.mark.parametrize("name", ORIGIN)
def test_the_id_hashes_where_a_trace_stands_and_what_it_says(name: str) -> None:
    other = ORIGIN | {name: ["req_2"] if name == "request_ids" else 1 if name == "candidate" else "other"}
    assert trace_to_row(TRACE, **ORIGIN)["trace_id"] != trace_to_row(TRACE, **other)["trace_id"]


def test_the_id_does_not_depend_on_how_the_text_is_read() -> None:
    assert trace_to_row(TRACE, **ORIGIN)["trace_id"] == trace_to_row(None, **ORIGIN, teacher="t")["trace_id"]


def test_an_edit_of_a_trace_is_another_row() -> None:
    changed = dataclasses.replace(TRACE, answer=Answer("b"))
    assert trace_to_row(changed)["answer"] == "b"
