"""Odd samples and answers, drawn by hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

from data.sample import Role, Sample, Task
from data.trace import Answer, PlacedBox, PlacedPoint

IMAGES = ("img_1", "img_2")
SIZES = {"img_1": (100.0, 80.0), "img_2": (60.0, 60.0)}
NUMBERS = st.sampled_from([0.0, 10.0, 20.0, 30.0, 40.0, 60.0, 80.0, 100.0, -1.0, 100.5, 999_999.0, float("nan"), float("inf")])
NEAR = st.sampled_from([10.0, 12.5, 20.0, 30.0, 40.0])
NAMES = st.sampled_from(
    ["Left of it", "left  OF it ", "right", "a", "B", "b. right", "", "Größe", "GRÖSSE", "\u2003wide\u2003", "A. a", "(c) x"]
)
SAID = st.none() | NAMES | st.sampled_from(["A", "b", "(b)", "a. left of it", "B) Right", "c: x", "(a", "a. ", "z", "(A) größe", "b right"])


@st.composite
def boxes(draw: st.DrawFn, role: str | None = None) -> PlacedBox:
    """A box, often a good one of the first image, else of any form."""
    if draw(st.booleans()):
        x, y = draw(NEAR), draw(NEAR)
        return PlacedBox(x, y, x + draw(NEAR), y + draw(NEAR), 0, None, role)
    return PlacedBox(draw(NUMBERS), draw(NUMBERS), draw(NUMBERS), draw(NUMBERS), draw(st.integers(-1, 3)), None, role)


@st.composite
def points(draw: st.DrawFn) -> PlacedPoint:
    """A point, often within the first image."""
    return (
        PlacedPoint(draw(NEAR), draw(NEAR)) if draw(st.booleans()) else PlacedPoint(draw(NUMBERS), draw(NUMBERS), draw(st.integers(-1, 3)))
    )


@st.composite
def samples(draw: st.DrawFn, sample_id: str = "smp_1") -> Sample:
    """A sample of any task, which may or may not know its answer."""
    known = [draw(boxes(draw(st.sampled_from(list(map(str, Role)))))) for _ in range(draw(st.integers(0, 3)))]
    return Sample(
        sample_id,
        "set",
        "train",
        draw(st.sampled_from(list(Task))),
        IMAGES[: draw(st.integers(1, 2))],
        "Where?",
        choices=tuple(draw(st.lists(NAMES, max_size=4))),
        answer=draw(SAID),
        boxes=tuple(known),
    )


def answers() -> st.SearchStrategy[Answer | None]:
    """An answer of any form, or None where the text could not be read."""
    some = st.builds(Answer, SAID, st.lists(points(), max_size=2).map(tuple), st.lists(boxes(), max_size=3).map(tuple))
    one = st.builds(Answer, st.none(), points().map(lambda point: (point,)) | st.just(()), boxes().map(lambda box: (box,)) | st.just(()))
    return st.none() | some | one
