import contextlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.benchmarks.published.mapped.config import MapConfig
from data.benchmarks.published.mapped.records import RecordReader
from data.sample import Task
from data.sources.problem import Problem, Reason, RowError, SourceImage
from tests.data.benchmarks.published.mapped.drawn import picture, text64

RECORD: dict[str, Any] = {"image": picture(), "question": "Which?", "options": ["red", "blue"], "answer": "B", "id": 7, "extra": [1]}


def reader(kind: str = "choice", **columns: Any) -> RecordReader:
    named: dict[str, Any] = {"images": "image", "question": "question", "answer": "answer", "identity": "id", "kept": ["extra"]}
    if kind == "choice":
        named |= {"choices": {"columns": "options"}, "answer_form": "letter"}
    values = {"name": "mine", "title": "Mine", "kind": kind, "form": "rows", "source": "here", "parts": [{"name": "all"}]}
    config = MapConfig.model_validate(values | {"columns": named | columns})
    return RecordReader(config, "test", lambda cell: SourceImage.read(cell, max_pixels=10_000))


def read(made: RecordReader, **otherwise: Any) -> Problem:
    return made.read("rows:1", RECORD | otherwise, made.config.parts[0])


def refused(made: RecordReader, **otherwise: Any) -> RowError:
    with pytest.raises(RowError) as caught:
        read(made, **otherwise)
    return caught.value


def test_what_a_record_calls_itself_and_what_is_kept_are_meta() -> None:
    assert read(reader()).meta == {"record": 7, "part": "all", "extra": [1]}


@pytest.mark.parametrize(
    ("form", "answer"), [("letter", "B"), ("letter", "(b)"), ("letter", "B."), ("from_zero", 1), ("from_zero", "1"), ("from_one", 2)]
)
def test_a_choice_is_named_in_the_form_that_the_map_says(form: str, answer: Any) -> None:
    assert read(reader(answer_form=form), answer=answer).answer == "blue"


def test_a_choice_is_named_by_its_text() -> None:
    assert read(reader(answer_form="text"), answer=" blue ").answer == "blue"
    assert refused(reader(answer_form="text"), answer="green").reason == Reason.ANSWER_NOT_A_CHOICE


@pytest.mark.parametrize(("form", "answer"), [("letter", "C"), ("from_zero", 2), ("from_zero", -1), ("from_one", 0)])
def test_an_answer_beyond_the_choices_is_refused(form: str, answer: Any) -> None:
    assert refused(reader(answer_form=form), answer=answer).reason == Reason.ANSWER_NOT_A_CHOICE


@pytest.mark.parametrize(("form", "answer"), [("letter", "AB"), ("letter", 1), ("letter", None), ("from_zero", "one"), ("from_one", True)])
def test_an_answer_of_another_form_is_refused(form: str, answer: Any) -> None:
    assert refused(reader(answer_form=form), answer=answer).reason == Reason.WRONG_TYPE


def test_choices_are_split_from_a_text() -> None:
    made = reader(choices={"columns": "options", "pattern": r"(?m)^[A-Z]: (.+)$"})
    assert read(made, options="A: red, or pink\nB: blue").choices == ("red, or pink", "blue")


def test_letters_are_taken_off_the_choices_of_a_list() -> None:
    made = reader(choices={"columns": "options", "pattern": r"^\([A-Z]\) (.*)$"})
    assert read(made, options=["(A) red", "(B) blue"]).choices == ("red", "blue")


def test_a_column_for_each_choice_may_be_empty_and_letters_still_count_columns() -> None:
    problem = read(reader(choices={"columns": ["A", "B", "C"]}), A="red", B=None, C="blue", answer="C")
    assert (problem.choices, problem.answer) == (("red", "blue"), "blue")


def test_an_empty_column_is_no_answer() -> None:
    assert refused(reader(choices={"columns": ["A", "B"]}), A="red", B=float("nan")).reason == Reason.ANSWER_NOT_A_CHOICE


def test_an_answer_whose_text_is_there_twice_is_ambiguous() -> None:
    assert refused(reader(), options=["Blue", "blue"]).reason == Reason.AMBIGUOUS
    assert read(reader(), options=["red", "blue", "red"]).answer == "blue"


def test_more_choices_than_letters_are_refused() -> None:
    assert "letters for 26" in refused(reader(), options=[str(number) for number in range(27)]).detail


@pytest.mark.parametrize(("said", "answer"), [("Yes", "yes"), ("no.", "no"), (True, "yes"), (False, "no")])
def test_yes_and_no_are_choices(said: Any, answer: str) -> None:
    problem = read(reader("yesno"), answer=said)
    assert (problem.task, problem.choices, problem.answer) == (Task.CHOICE, ("yes", "no"), answer)


@pytest.mark.parametrize("said", ["maybe", "", None, 1])
def test_neither_yes_nor_no_is_refused(said: Any) -> None:
    assert refused(reader("yesno"), answer=said).reason == Reason.ANSWER_NOT_A_CHOICE


def test_a_text_is_its_own_answer() -> None:
    assert (read(reader("text"), answer=" two birds ").answer, read(reader("text"), answer=3).answer) == ("two birds", "3")
    assert refused(reader("text"), answer=" ").reason == Reason.MISSING_FIELD


def test_images_of_several_columns_and_lists_stand_in_order() -> None:
    made = reader(images=["first", "more", "last"])
    problem = read(made, first=picture("red"), more=[picture("blue"), picture("green")], last=None)
    assert [image.stored for image in problem.images] == [picture("red"), picture("blue"), picture("green")]


def test_a_record_without_an_image_is_refused() -> None:
    assert refused(reader(), image=None).detail == "no image is found in image"


@pytest.mark.parametrize("head", ["", "data:image/png;base64,"])
def test_an_image_may_be_base64_text(head: str) -> None:
    assert read(reader(image_form="base64"), image=head + text64()).images[0].stored == picture()


@pytest.mark.parametrize(
    ("cell", "reason"), [("###", Reason.UNREADABLE_IMAGE), ("aGVsbG8=", Reason.UNREADABLE_IMAGE), (b"x", Reason.WRONG_TYPE)]
)
def test_what_is_no_base64_image_is_refused(cell: Any, reason: Reason) -> None:
    assert refused(reader(image_form="base64"), image=cell).reason == reason


@pytest.mark.parametrize("otherwise", [{"question": "Which \ud800?"}, {"id": b"x"}, {"extra": float("nan")}])
def test_what_cannot_be_written_is_refused(otherwise: dict[str, Any]) -> None:
    assert refused(reader(), **otherwise).reason == Reason.WRONG_TYPE


def test_a_column_that_is_not_there_is_named_beside_those_that_are() -> None:
    made = reader(question="ask")
    assert refused(made).detail == "there is no column ask; the record has image, question, options, answer, id, extra"


CELLS: st.SearchStrategy[Any] = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.lists(st.text())


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["letter", "from_zero", "from_one", "text"]), CELLS, CELLS, CELLS)
def test_no_record_makes_it_raise_anything_else(form: str, question: Any, options: Any, answer: Any) -> None:
    made = reader(answer_form=form)
    with contextlib.suppress(RowError):
        assert read(made, question=question, options=options, answer=answer).sample().answer
