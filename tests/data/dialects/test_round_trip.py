from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.dialects import DIALECTS
from data.sample import Task
from data.space import Frame
from data.trace import Answer, Mention, PlacedBox, PlacedPoint, Step, Trace, Zoom
from data.viewing import ViewConfig

PIECES = [
    "<think>",
    "</think>",
    "<answer>",
    "</answer>",
    "<tool_call>",
    "<observation>",
    "</observation>",
    "<box>",
    "</box>",
    "<",
    ">",
    "|",
]
PIECES += [
    "(",
    ")",
    "[",
    "]",
    ",",
    ":",
    ";",
    ".",
    "-",
    "0",
    "12",
    "3.5",
    "(1, 2)",
    "(1,2),(3,4)",
    "[1,2,3,4]",
    "image 2:",
    "image",
    "Image 1 :",
]
PIECES += [" ", "\n", "\t", "\r", "\x1c", "\xa0", "a", "red circle", "ß", "é", "٣", "漢", "\U0001f600", "İ", "ı", "{", '"']
texts = st.one_of(st.text(max_size=20), st.lists(st.sampled_from(PIECES), max_size=10).map("".join))
numbers = st.one_of(st.floats(-50, 700), st.integers(-10, 700), st.sampled_from([float("nan"), float("inf"), 1e12, -1e300, -0.0]))
indices = st.integers(-1, 3)
labels = st.none() | st.just("a")
points = st.builds(PlacedPoint, numbers, numbers, indices, labels)
boxes = st.builds(PlacedBox, numbers, numbers, numbers, numbers, indices, labels)
mentions = st.builds(Mention, st.integers(-2, 40), points | boxes)
steps = st.builds(Step, texts, st.lists(mentions, max_size=3).map(tuple), st.lists(st.builds(Zoom, points), max_size=2).map(tuple))
answers = st.builds(Answer, st.none() | texts, st.lists(points, max_size=2).map(tuple), st.lists(boxes, max_size=3).map(tuple))
traces = st.builds(Trace, st.lists(steps, max_size=4).map(tuple), answers)
sizes = st.tuples(st.integers(1, 4000), st.integers(1, 4000)).filter(lambda size: max(size) / min(size) <= 200)


@st.composite
def frames(draw: st.DrawFn) -> list[Frame]:
    view = ViewConfig(space=draw(st.sampled_from(["pixel", "resized", "unit", "grid:1000", "grid:100"])))
    return [view.frame(*size) for size in draw(st.lists(sizes, min_size=1, max_size=3))]


@pytest.mark.parametrize("name", DIALECTS)
@settings(max_examples=150, deadline=None)
@given(trace=traces, frames=frames(), task=st.sampled_from(Task))
def test_what_is_rendered_is_read_back_as_its_projection(name: str, trace: Trace, frames: list[Frame], task: Task) -> None:
    dialect = DIALECTS[name]
    text = dialect.render(trace, frames, task)
    assert dialect.parse(text, frames, task).trace == dialect.project(trace, frames, task)


@pytest.mark.parametrize("name", DIALECTS)
@settings(max_examples=80, deadline=None)
@given(trace=traces, frames=frames(), task=st.sampled_from(Task))
def test_projecting_twice_changes_nothing_more(name: str, trace: Trace, frames: list[Frame], task: Task) -> None:
    dialect = DIALECTS[name]
    once = dialect.project(trace, frames, task)
    assert dialect.project(once, frames, task) == once


@pytest.mark.parametrize("name", DIALECTS)
@settings(max_examples=80, deadline=None)
@given(trace=traces, frames=frames(), task=st.sampled_from(Task))
def test_rendering_a_projection_gives_the_same_text(name: str, trace: Trace, frames: list[Frame], task: Task) -> None:
    dialect = DIALECTS[name]
    assert dialect.render(dialect.project(trace, frames, task), frames, task) == dialect.render(trace, frames, task)


@pytest.mark.parametrize("name", DIALECTS)
@settings(max_examples=150, deadline=None)
@given(text=st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=25).map("".join), frames=frames(), task=st.sampled_from(Task))
def test_any_text_is_read_or_refused_with_a_reason(name: str, text: str, frames: list[Frame], task: Task) -> None:
    parsed = DIALECTS[name].parse(text, frames, task)
    assert parsed.trace is not None or parsed.error


@pytest.mark.parametrize("name", DIALECTS)
@settings(max_examples=60, deadline=None)
@given(trace=traces, frames=frames(), task=st.sampled_from(Task))
def test_what_is_carried_has_no_losses_left(name: str, trace: Trace, frames: list[Frame], task: Task) -> None:
    dialect = DIALECTS[name]
    carried = dialect.project(trace, frames, task)
    has_answer = carried.answer != Answer()
    assert bool(dialect.losses(carried, task)) is not has_answer
