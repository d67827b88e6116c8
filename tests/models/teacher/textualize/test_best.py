import pytest

from data.rows import Row, trace_to_row
from data.sample import Role, Sample, Task
from data.trace import Answer, Mention, PlacedBox, PlacedPoint, Step, Trace
from models.teacher.textualize.best import best_chain

KNOWN = (PlacedBox(0, 0, 10, 10, role=Role.ANSWER), PlacedBox(50, 50, 60, 60, role=Role.EVIDENCE))
SAMPLE = Sample("smp_a", "d", "train", Task.POINT, ("img_a",), "Point at the cup.", boxes=KNOWN)
SIZES = [(100.0, 100.0)]


def row(name: str, thought: str = "The cup is there.", at: float | None = 5.0, answer: float = 5.0, **more: object) -> Row:
    """A chain that names one point and answers with another."""
    mentions = (Mention(0, PlacedPoint(at, at)),) if at is not None else ()
    trace = Trace((Step(thought, mentions),), Answer(points=(PlacedPoint(answer, answer),)))
    return trace_to_row(trace, sample_id="smp_a", text=name, parse_error=None, **more) | {"trace_id": name}


@pytest.mark.parametrize(
    ("rows", "best"),
    [
        ([row("wrong", answer=90), row("right")], "right"),
        ([row("beside", at=30), row("on evidence", at=55)], "on evidence"),
        ([row("long", "The white cup is there."), row("short")], "short"),
        ([row("first"), row("second")], "first"),
        ([row("no place", at=None), row("place")], "place"),
        ([row("outside", answer=900), row("inside", "A longer thought about the cup.")], "inside"),
    ],
)
def test_the_best_is_right_then_grounded_then_short_then_first(rows: list[Row], best: str) -> None:
    for some in (rows, [dict(one) for one in rows]):
        found = best_chain(SAMPLE, some, SIZES)
        assert found is not None
        assert found.row["trace_id"] == best


def test_a_chain_that_is_wrong_unreadable_left_out_or_nowhere_is_never_the_best() -> None:
    unread = trace_to_row(None, sample_id="smp_a", text="", parse_error="there is no answer block")
    left_out = row("left out", selected=False)
    misread = row("misread") | {"parse_error": "there is something other than blocks"}
    assert best_chain(SAMPLE, [row("wrong", answer=90), row("nowhere", at=None), unread, misread, left_out], SIZES) is None


def test_where_nothing_is_known_a_chain_may_still_be_the_best() -> None:
    sample = Sample("smp_a", "d", "train", Task.POINT, ("img_a",), "Point at the cup.")
    found = best_chain(sample, [row("some")], SIZES)
    assert found is not None
