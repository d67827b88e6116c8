from __future__ import annotations

import pytest

from models.teacher.embedded.grammar import Kind, Phrase, Wish, direction, read_question

CIRCLE, SQUARE = Phrase("red", "circle"), Phrase("blue", "square")


@pytest.mark.parametrize(
    ("question", "wish"),
    [
        ("Where is the red circle?", Wish(Kind.FIND, CIRCLE)),
        ("Point at the  RED disc, please.", Wish(Kind.FIND, CIRCLE)),
        ("Box the circle left of the blue square.", Wish(Kind.FIND, Phrase(None, "circle"), "left", SQUARE)),
        ("Find the red thing to the right of the blue square", Wish(Kind.FIND, Phrase("red", None), "right", SQUARE)),
        ("Where is the red circle underneath the blue square?", Wish(Kind.FIND, CIRCLE, "below", SQUARE)),
        ("What shape is the red object?", Wish(Kind.SHAPE, Phrase("red", None))),
        ("Do the red object and the blue square have the same shape?", Wish(Kind.ALIKE, Phrase("red", None), None, SQUARE)),
        ("Is the red circle left of, right of, above or below the blue square?", Wish(Kind.RELATE, CIRCLE, None, SQUARE)),
    ],
)
def test_questions_about_one_image_are_understood(question: str, wish: Wish) -> None:
    assert read_question(question, (), 1) == wish


@pytest.mark.parametrize(
    ("question", "wish"),
    [
        ("Which object is in both images? Box it in the second image.", Wish(Kind.COMMON, image=1)),
        ("Which object is in all three images? Box it in the third image.", Wish(Kind.COMMON, image=2)),
        ("Box the object that changed in the second image.", Wish(Kind.CHANGED, image=1)),
        ("Where is the red circle in image 2?", Wish(Kind.FIND, CIRCLE, image=1)),
    ],
)
def test_questions_about_several_images_are_understood(question: str, wish: Wish) -> None:
    assert read_question(question, (), 3) == wish


def test_a_question_beyond_the_grammar_is_not_guessed_at() -> None:
    assert read_question("How does the dog feel?", (), 1) is None


@pytest.mark.parametrize(("choice", "expected"), [("to the left", "left"), ("Over it", "above"), ("neither", None)])
def test_choices_speak_of_directions(choice: str, expected: str | None) -> None:
    assert direction(choice) == expected
