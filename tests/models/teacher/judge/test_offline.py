import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.trace import Answer, PlacedPoint, Step, Trace
from models.teacher.judge.judge import Judgement, JudgeQuestion
from models.teacher.judge.offline import OfflineJudge
from tests.models.teacher.judge.asking import point_sample, question, trace

REFERENCE = trace("The red circle is left of the cup.", "A blue square is at the top.")
WORDS = st.sampled_from(["red", "blue", "circle", "square", "cup", "left", "right", "above", "the", "is", "table", "not"])
CHAINS = st.lists(st.lists(WORDS, max_size=6).map(" ".join), max_size=4).map(lambda thoughts: trace(*thoughts))


def value(asked: JudgeQuestion) -> float | None:
    return asyncio.run(OfflineJudge().ask(asked)).value


@pytest.mark.parametrize(
    ("thoughts", "level"),
    [
        (("I see a blue square.", "There is the red circle, and the cup."), 1.0),
        (("A red circle is left of a cup.",), 0.7),
        (("A red circle is left of a cup.", "The blue square is at the top.", "There is a plate."), 0.7),
        (("A red circle is left of a cup.", "There is a plate."), 0.3),
        (("The red circle is right of the cup.", "A blue square is at the top."), 0.0),
        (("The red circle is left of the cup.", "A green square is at the top."), 0.0),
    ],
)
def test_consistency_has_the_four_levels(thoughts: tuple[str, ...], level: float) -> None:
    assert value(question("consistency", trace(*thoughts), REFERENCE)) == level


@pytest.mark.parametrize(("said", "level"), [("the white cups", 1.0), ("white", 0.0), ("a black cup", 0.0), ("A White Cup", 1.0)])
def test_an_answer_in_the_same_content_words_is_the_same(said: str, level: float) -> None:
    assert value(question("answer", trace("x", answer=said))) == level


@pytest.mark.parametrize(
    ("thoughts", "level"), [(("On the red table is one cup.",), 1.0), (("The table is red.",), 0.5), (("Something is there.",), 0.0)]
)
def test_a_chain_names_what_the_question_and_the_answer_speak_of(thoughts: tuple[str, ...], level: float) -> None:
    assert value(question("chain", trace(*thoughts))) == level


@pytest.mark.parametrize(("at", "level"), [(5.0, 1.0), (95.0, 0.5)])
def test_a_chain_whose_last_place_is_not_the_answer_supports_it_by_half(at: float, level: float) -> None:
    steps = trace("The red circle.", place=PlacedPoint(at, at)).steps
    assert value(question("chain", Trace(steps, Answer(points=(PlacedPoint(5, 6),))), about=point_sample())) == level


@given(said=CHAINS, known=CHAINS)
def test_every_value_is_a_level_and_always_the_same(said: Trace, known: Trace) -> None:
    for kind, levels in (("consistency", {0.0, 0.3, 0.7, 1.0}), ("chain", {0.0, 0.25, 0.5, 0.75, 1.0}), ("answer", {0.0, 1.0})):
        asked = question(kind, said, known)
        assert value(asked) == value(asked)
        assert value(asked) in levels


@given(chain=CHAINS.filter(lambda chain: any(step.thought for step in chain.steps)))
def test_a_chain_is_consistent_with_itself(chain: Trace) -> None:
    whole = Trace(tuple(Step(step.thought) for step in chain.steps))
    assert asyncio.run(OfflineJudge().ask(question("consistency", whole, whole))) == Judgement(1.0)
