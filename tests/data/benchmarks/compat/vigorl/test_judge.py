"""ViGoRL's judges, case by case."""

import pytest

from data.benchmarks.compat.vigorl import judge


@pytest.mark.parametrize(
    ("text", "judged"),
    [
        ("no tag", None),
        ("<ANSWER>x</ANSWER>", None),
        ("<answer> x </answer> y", "x"),
        ("</answer><answer>x", "x"),
        ("<answer><answer>x</answer></answer>", ""),
        ("<answer>x<answer>y</answer>", "x"),
        ("<answer>\nx\ny</answer>", "x\ny"),
        ("<answer>", ""),
    ],
)
def test_what_follows_the_first_answer_tag_is_judged(text: str, judged: str | None) -> None:
    assert judge.judged_text(text) == judged


@pytest.mark.parametrize(
    ("answer", "known", "right"),
    [
        ("upper left", "Left", 1),
        ("l-e f.t", "left", 1),
        ("l\te\tf\tt", "left", 0),
        ("left", "the left", 0),
        ("anything", "?", 1),
        ("", "", 1),
        ("right", "left", 0),
    ],
)
def test_a_text_is_right_where_the_known_one_is_in_it(answer: str, known: str, right: float) -> None:
    assert judge.holds(answer, known) == right


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        ("(13, 14)", 1),
        ("(60, 10)", 0),
        ("(59, 10)", 1),
        ("[13, 14]", 0),
        ("(13, 14, 15)", 0),
        ("(10.0, 10)", 0),
        ("left", 0),
        (" (13, 14)", 1),
    ],
)
def test_a_point_is_right_within_fifty_pixels(answer: str, right: float) -> None:
    assert judge.is_near(answer, "(10, 10)") == right


def test_two_points_of_no_numbers_are_near_and_enormous_ones_raise() -> None:
    assert judge.is_near("()", "()") == 1
    with pytest.raises(OverflowError):
        judge.is_near(f"(1{'0' * 400}, 1)", "(10, 10)")


@pytest.mark.parametrize(
    ("answer", "known", "right"),
    [
        ("Click [12]", "click [12]", 1),
        ("click [1", "click [12]", 1),
        ("click  [12]", "click [12]", 0),
        ("click\t[12]", "click [12]", 0),
        ("click[12]", "click [12]", 0),
        ("type [12] [x]", "type [12] [y]", 1),
        ("type [12] [x y]", "type [12] [x y]", 0),
        ("scroll [up]", "scroll [down]", 1),
        ("stop [click here]", "stop []", 1),
        ("hover [12]", "hover [12]", 0),
    ],
)
def test_an_action_is_right_by_its_words(answer: str, known: str, right: float) -> None:
    assert judge.does(answer, known) == right
