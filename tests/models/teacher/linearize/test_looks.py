from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.dialects import get_dialect
from data.rows import trace_from_row
from data.sample import Task
from data.trace import Step, Trace
from models.teacher.linearize.config import LinearizeConfig
from models.teacher.linearize.looks import with_looks
from tests.models.teacher.linearize.trees import FRAMES, chains, node, rollout, root, step, wrong

ZOOM = get_dialect("vigorl_zoom")
CLOSING = Step("Enough.")


def looked(*thoughts: str, most: int = 5) -> list[tuple[str, list[tuple[float, float]]]]:
    """What the steps say, and where they look."""
    made = with_looks([step(thought) for thought in thoughts], CLOSING, LinearizeConfig(zooms=True, most_zooms=most))
    return [(one.thought, [(zoom.point.x, zoom.point.y) for zoom in one.zooms]) for one in made]


def test_a_step_that_points_somewhere_new_ends_in_a_look() -> None:
    assert looked("A (10, 20)", "B", "C (50, 60)", "D") == [("A.", [(10, 20)]), ("B.", []), ("C.", [(50, 60)]), ("D.", [])]


def test_what_follows_the_last_look_is_kept_and_otherwise_a_closing_thought_is_said() -> None:
    assert looked("A (10, 20)", "B")[-1] == ("B.", [])
    assert looked("A (10, 20)")[-1] == ("Enough.", [])
    assert looked("A") == [("A.", [])]


def test_a_point_that_was_looked_at_is_not_looked_at_again() -> None:
    assert looked("A (10, 20)", "B (12, 20)", "C") == [("A.", [(10, 20)]), ("B.", []), ("C.", [])]


def test_there_are_no_more_looks_than_allowed() -> None:
    made = looked(*(f"A{k} ({100 * k}, 5)" for k in range(8)), most=3)
    assert [len(looks) for _, looks in made] == [1, 1, 1, 0, 0, 0, 0, 0]
    assert [len(looks) for _, looks in looked("A (1, 1)", most=0)] == [0]


def test_a_step_of_several_sentences_is_split_after_each_look() -> None:
    made = looked("The cat (10, 20) sleeps. The dog (50, 60) does not. So be it.")
    assert made == [("The cat sleeps.", [(10, 20)]), ("The dog does not.", [(50, 60)]), ("So be it.", [])]


def test_two_points_of_a_sentence_stay_in_it_and_the_first_is_looked_at() -> None:
    (first, _) = with_looks([step("From A (10, 20) to B (50, 60)")], CLOSING, LinearizeConfig(zooms=True))
    assert [(zoom.point.x, zoom.point.y) for zoom in first.zooms] == [(10, 20)]
    assert len(first.mentions) == 2


def test_a_point_before_the_turn_is_looked_at_too_and_one_off_the_image_leaves_the_chain_out() -> None:
    tree = root(node("A (100, 200)", wrong("W (300, 400)"), rollout("C (500, 600)"), rollout("D (5, 900)")))
    rows = chains(tree, dialect="vigorl_zoom", zooms=True)
    assert [[(z["x"], z["y"]) for s in row["steps"] for z in s["zooms"]] for row in rows if row["method"] == "tree_corrected"] == [
        [(100, 200), (300, 400), (500, 600)],
        [(100, 200), (300, 400), (5, 900)],
    ]
    assert [row["selected"] for row in rows] == [True, False, True, False]


POINTS = st.tuples(st.integers(0, 1000), st.integers(0, 800)).map(lambda point: f" ({point[0]}, {point[1]})")
SENTENCES = st.tuples(
    st.sampled_from(["It is here", "Or there", "Nothing", "See"]), POINTS | st.just(""), st.sampled_from(["", " at last"])
)
THOUGHTS = st.lists(SENTENCES.map("".join), min_size=1, max_size=3).map(". ".join)
PARTS = st.lists(THOUGHTS, max_size=4)


@pytest.mark.parametrize("form", ["once", "published"])
@given(shared=THOUGHTS, bad=PARTS, good=PARTS, most=st.integers(0, 6))
def test_every_linearised_trace_is_read_back_as_it_is(form: str, shared: str, bad: list[str], good: list[str], most: int) -> None:
    tree = root(node(shared, wrong(*bad), rollout(*good)))
    for row in chains(tree, dialect="vigorl_zoom", zooms=True, most_zooms=most, form=form, most_repeats=None):
        trace = trace_from_row(row)
        parsed = ZOOM.parse(row["text"], FRAMES, Task.TEXT)
        assert parsed.error is None
        assert trace == parsed.trace
        assert sum(len(one.zooms) for one in (trace.steps if trace else ())) <= most


@given(parts=PARTS, most=st.integers(0, 6))
def test_no_word_and_no_point_is_lost(parts: list[str], most: int) -> None:
    steps = [step(part) for part in parts]
    made = with_looks(steps, CLOSING, LinearizeConfig(zooms=True, most_zooms=most))
    said = made[:-1] if made and made[-1] == CLOSING else made
    assert " ".join(one.thought for one in said) == " ".join(one.thought for one in steps)
    assert [mention.place for mention in Trace(tuple(said)).mentions] == [mention.place for mention in Trace(tuple(steps)).mentions]
