import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.benchmarks.benchmark import Grade
from data.benchmarks.published.mapped.judging import judge
from data.sample import Sample, Task
from data.trace import Answer

CHOICES = ("left", "right", "left of the tree")
SAMPLE = Sample("smp_1", "mine", "test", Task.CHOICE, ("img_1",), "Where?", choices=CHOICES, answer="right")
YES_NO = Sample("smp_2", "mine", "test", Task.CHOICE, ("img_1",), "Is it?", choices=("yes", "no"), answer="yes")


def said(text: str | None, sample: Sample = SAMPLE) -> Grade:
    return judge(sample, None if text is None else Answer(text=text))


@pytest.mark.parametrize("text", ["B", "b", "(B)", "B.", "B)", "right", "RIGHT", "B. right", "(B) right"])
def test_the_letter_or_the_text_of_the_choice_is_right(text: str) -> None:
    assert said(text) == Grade(True, None, {"outcome": 1.0, "ambiguous": 0.0})


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("left", "'left' is named, not 'right'"),
        ("A", "'left' is named, not 'right'"),
        (None, "no answer was read"),
        ("B. left", "'B. left' names none of the choices by its letter or its text alone; 'left' stands beside other words"),
        ("up", "'up' names none of the choices by its letter or its text alone"),
        ("B or C", "'B or C' names none of the choices by its letter or its text alone"),
    ],
)
def test_anything_else_is_wrong_and_says_why(text: str | None, reason: str) -> None:
    grade = said(text)
    assert (grade.correct, grade.reason) == (False, reason)


def test_two_choices_at_once_are_wrong_and_counted_as_ambiguous() -> None:
    grade = said("right or left")
    assert (grade.correct, grade.scores["ambiguous"]) == (False, 1.0)
    assert grade.reason is not None
    assert grade.reason.endswith("'left', 'right' stand there at once")


def test_a_choice_that_is_there_twice_is_named_by_neither() -> None:
    twice = Sample("smp_3", "mine", "test", Task.CHOICE, ("img_1",), "Where?", choices=("left", "left", "right"), answer="left")
    assert not said("left", twice).correct
    assert said("left", twice).scores["ambiguous"] == 1.0


def test_yes_and_no_say_what_was_said_and_what_is_so() -> None:
    assert said("no", YES_NO).scores == {"outcome": 0.0, "ambiguous": 0.0, "said_yes": 0.0, "is_yes": 1.0}
    assert said("Yes", YES_NO).scores == {"outcome": 1.0, "ambiguous": 0.0, "said_yes": 1.0, "is_yes": 1.0}


def test_an_answer_that_is_neither_is_no_yes() -> None:
    assert said("yes and no", YES_NO).scores["said_yes"] == 0.0


@settings(max_examples=200, deadline=None)
@given(st.text() | st.lists(st.sampled_from([*CHOICES, "A", "(b)", ".", " ", "\0", "\ud800"])).map("".join))
def test_no_text_makes_it_raise_and_a_wrong_one_says_why(text: str) -> None:
    grade = said(text)
    assert grade.correct == (grade.reason is None)
