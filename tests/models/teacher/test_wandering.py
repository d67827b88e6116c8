from __future__ import annotations

from PIL import Image

from tests.models.teacher.conftest import Ask, draw

FORM = "One step per reply: <think>The thing is at (x, y).</think> or <answer>(x, y)</answer>"
WHERE = "Question: Where is the red circle?"
MARK = "is not what is asked for"


def replies(ask: Ask, text: str, image: Image.Image, temperature: float = 1.0) -> list[str]:
    return [choice.message.content or "" for choice in ask(f"{FORM}\n{text}", image, n=20, temperature=temperature).choices]


def test_a_step_at_temperature_0_is_to_the_point(ask: Ask, scene: Image.Image) -> None:
    assert set(replies(ask, WHERE, scene, 0.0)) == {"<think>The red circle is at (30, 40).</think>"}


def test_with_temperature_some_steps_look_at_what_is_beside_the_point(ask: Ask, scene: Image.Image) -> None:
    said = replies(ask, WHERE, scene)
    asides = [text for text in said if MARK in text]
    assert 3 < len(asides) < len(said)
    assert set(asides) == {"<think>The blue square at (80, 45) is not what is asked for.</think>"}


def test_an_aside_is_not_said_again_and_not_taken_for_what_is_asked(ask: Ask) -> None:
    circles = draw(("red", "circle", 20, 30, 20), ("blue", "circle", 70, 35, 20))
    earlier = f"Question: Where is the circle left of the blue circle?\n\nSteps so far:\n1. The red circle at (30, 40) {MARK}."
    assert not any(f"(30, 40) {MARK}" in text for text in replies(ask, earlier, circles))


def test_asides_have_an_end_unless_more_thoughts_are_asked_for(ask: Ask) -> None:
    things = draw(
        *(("blue", shape, 5 + 25 * k, 70, 18) for k, shape in enumerate(("circle", "square", "cross"))), ("red", "circle", 20, 10, 20)
    )
    steps = "\n".join(f"{k}. The thing at ({k}, 1) {MARK}." for k in (1, 2, 3))
    assert not any(MARK in text for text in replies(ask, f"{WHERE}\n\nSteps so far:\n{steps}", things))
    longer = f"Take at least 9 thoughts.\n\n{WHERE}\n\nSteps so far:\n{steps}"
    assert all(MARK in text for text in replies(ask, longer, things))


def test_a_final_answer_is_no_occasion_for_an_aside(ask: Ask, scene: Image.Image) -> None:
    assert all(text.startswith("<answer>") for text in replies(ask, f"{WHERE}\n\nGive the final answer now.", scene))
