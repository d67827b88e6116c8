from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.scoring.behaviour import Habit, count_habits
from data.scoring.behaviour.phrases import read_patterns, sentences

LINEARIZE = Path(__file__).resolve().parents[4] / "data" / "prompts" / "teacher" / "linearize"


def lines(name: str) -> list[str]:
    return [line for line in (LINEARIZE / name).read_text().splitlines() if line.strip() and not line.startswith("#")]


@pytest.mark.parametrize("line", lines("turn_back.txt"))
def test_every_line_that_joins_a_wrong_and_a_right_chain_is_one_turning_back(line: str) -> None:
    assert count_habits([line])[Habit.BACKTRACK] == 1


@pytest.mark.parametrize("line", lines("closing.txt"))
def test_every_closing_line_verifies(line: str) -> None:
    assert count_habits([line])[Habit.VERIFICATION] == 1


@pytest.mark.parametrize(
    ("sentence", "habit"),
    [
        ("First, I need to find the red circle.", Habit.SUBGOAL),
        ("Let me look for the clock on the wall.", Habit.SUBGOAL),
        ("Step 2: compare the two.", Habit.SUBGOAL),
        ("Let me check whether it is blue.", Habit.VERIFICATION),
        ("Its colour confirms that.", Habit.VERIFICATION),
        ("I double-check the left edge.", Habit.VERIFICATION),
        ("Wait, the lamp is behind it.", Habit.BACKTRACK),
        ("On second thought it is the other one.", Habit.BACKTRACK),
        ("That is not right.", Habit.BACKTRACK),
        ("LET ME\tGO BACK to the table.", Habit.BACKTRACK),
    ],
)
def test_a_phrase_shows_its_habit(sentence: str, habit: Habit) -> None:
    assert count_habits([sentence])[habit] == 1


@pytest.mark.parametrize(
    "sentence",
    [
        "The red circle is at.",
        "No other object is here.",
        "The red cross is not what is asked for.",
        "I have seen enough.",
        "The waiter stands behind the counter.",
        "A chequered cloth lies on the table.",
    ],
)
def test_what_is_only_seen_shows_none(sentence: str) -> None:
    assert set(count_habits([sentence]).values()) == {0}


def test_sentences_of_one_turning_back_are_one_turn() -> None:
    assert count_habits(["Wait. I was wrong. The cat is here. Wait, no."])[Habit.BACKTRACK] == 2
    assert count_habits(["Wait.", "I was wrong."])[Habit.BACKTRACK] == 2


def test_each_sentence_that_verifies_counts() -> None:
    assert count_habits(["I verify the left one; then I verify the right one."])[Habit.VERIFICATION] == 2


def test_sentences_end_at_marks_and_lines() -> None:
    assert sentences("One. Two!\nThree? 4.5 is one number") == ["One.", "Two!", "Three?", "4.5 is one number"]


@pytest.mark.parametrize(("text", "expected"), [("[subgoal]\nfirst\n", "no phrases of verification"), ("[mood]\nhappy\n", "mood")])
def test_a_list_without_a_habit_is_an_error(text: str, expected: str) -> None:
    with pytest.raises(ValueError, match=expected):
        read_patterns(text)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_any_text_has_counts(text: str) -> None:
    assert all(0 <= count <= len(sentences(text)) for count in count_habits([text]).values())
