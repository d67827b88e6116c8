import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.benchmarks.published.lettered import named_choice, split_lettered
from data.sources.problem import Reason, RowError


@pytest.mark.parametrize(
    ("text", "question", "choices"),
    [
        (
            "What is it?\n(A) rubber\n(B) wood\nAnswer with the option's letter from the given choices directly.",
            "What is it?",
            ("rubber", "wood"),
        ),
        ("What is it? (A) rubber (B) wood", "What is it?", ("rubber", "wood")),
        (
            "<image>\nQuestion: Did it move?\nAnswer Choices:\nA. left\nB. right. far\n\nAnswer with the text of the option.",
            "Did it move?",
            ("left", "right. far"),
        ),
        ("A. one\nB. two\nC. three", "", ("one", "two", "three")),
        ("Is (A) in the picture?\n(A) yes\n(B) no", "Is (A) in the picture?", ("yes", "no")),
        ("Which? (A) vitamin (B) or so (B) vitamin C", "Which?", ("vitamin", "or so (B) vitamin C")),
    ],
)
def test_a_question_is_taken_apart(text: str, question: str, choices: tuple[str, ...]) -> None:
    assert split_lettered(text) == (question, choices)


@pytest.mark.parametrize("text", ["", "What is it?", "What is it? (A) only one", "(B) two (C) three", "(A) (B) two"])
def test_a_question_without_choices_is_no_such_question(text: str) -> None:
    with pytest.raises(RowError) as error:
        split_lettered(text)
    assert error.value.reason == Reason.MISSING_FIELD


@pytest.mark.parametrize(("answer", "choice"), [("B", "wood"), ("(b)", "wood"), (" A. ", "rubber"), ("wood", "wood"), (" wood ", "wood")])
def test_an_answer_names_its_choice_by_letter_or_text(answer: str, choice: str) -> None:
    assert named_choice(answer, ("rubber", "wood")) == choice


@pytest.mark.parametrize("answer", ["C", "iron", "", "AB", "é"])
def test_another_answer_names_none(answer: str) -> None:
    with pytest.raises(RowError, match="none of the choices rubber, wood"):
        named_choice(answer, ("rubber", "wood"))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(["(A)", "(B)", "A.", "\n", "B)", "x", " ", "Answer with the option", "<image>", "Ω"]), max_size=14))
def test_any_text_is_taken_apart_or_says_why(pieces: list[str]) -> None:
    try:
        _, choices = split_lettered("".join(pieces))
    except RowError:
        return
    assert len(choices) >= 2
    assert all(choices)
