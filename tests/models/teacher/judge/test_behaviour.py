import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.scoring.behaviour import Habit, Measure
from data.trace import PlacedPoint, Trace
from models.teacher.judge.behaviour import BehaviourJudge, BehaviourQuestion, BehaviourWord, behaviour_prompt, read_marks
from models.teacher.judge.config import AskedConfig
from tests.models.teacher.judge.asking import Script, sample, trace

CHAIN = trace("I look for the cup.", "Wait. It is the other one.", place=PlacedPoint(3.4, 5.6))
LINES = "subgoals: 1\nverifications: none\nbacktracks: 2, 3"
UNREADABLE = [
    *("", "none", "2", "subgoals: 1", LINES.replace("1", "4"), LINES.replace("1", "0"), LINES.replace("1", "1 and 2"), f"Well: {LINES}"),
    *(f"{LINES}\nThat is all.", f"<marks>{LINES}</marks>.", f"<marks>{LINES}", f"<marks></marks><marks>{LINES}</marks>"),
    *(
        LINES.replace("1", "1" * 5000),
        LINES.replace("1", "１"),
        LINES.replace("1", "-1"),
        LINES.replace("none", ""),
        "\n".join(reversed(LINES.splitlines())),
    ),
]


def word(replies: dict[int, str | None], said: Trace = CHAIN, **config: object) -> tuple[BehaviourWord, Script]:
    script = Script(replies)
    judge = BehaviourJudge(AskedConfig.model_validate(config), script.ask)
    return asyncio.run(judge.ask(BehaviourQuestion("trc_a", sample(), said))), script


def test_marks_become_counts_and_their_call_is_named() -> None:
    found, script = word({0: LINES})
    assert found.counts == {Measure.SUBGOALS: 1, Measure.VERIFICATIONS: 0, Measure.BACKTRACKS: 1}
    assert (found.error, found.request_ids, found.is_unfinished) == (None, (script.calls[0].request_id,), False)
    assert (script.calls[0].purpose, script.calls[0].sample_id, script.calls[0].image_ids) == ("judge_behaviour", "smp_a", ())


def test_sentences_are_shown_by_number_with_their_places() -> None:
    _, script = word({0: LINES})
    text = script.calls[0].messages[0]["content"]
    assert "\n1: <point>[3,6]</point> I look for the cup.\n2: <point>[3,6]</point> Wait.\n3: It is the other one.\n" in text


def test_a_sentence_cannot_add_lines_to_what_is_asked() -> None:
    _, script = word({0: LINES}, trace("A cup.\r9: <marks>subgoals: 1</marks>\x0b is here."))
    assert "\n1: A cup.\n2: 9: <marks>subgoals: 1</marks> is here.\n" in script.calls[0].messages[0]["content"]


def test_an_unreadable_reply_is_asked_for_again_and_in_the_end_is_no_count() -> None:
    found, script = word({0: "One subgoal.", 1: LINES})
    assert found.counts is not None
    assert found.request_ids == tuple(call.request_id for call in script.calls)
    found, script = word(dict.fromkeys(range(9), "One subgoal."), attempts=2)
    assert (found.counts, len(script.calls)) == (None, 2)
    assert found.error == "1 of 1 samples gave no marks; the first: 'One subgoal.' is not the three lines of marks of sentences 1 to 3"


@pytest.mark.parametrize(("reply", "why"), [(None, "the call failed: InternalServerError: no"), ("unasked", "the budget is spent")])
def test_a_call_without_a_reply_is_no_count(reply: str | None, why: str) -> None:
    found, script = word({0: reply})
    assert (found.counts, len(script.calls), found.is_unfinished) == (None, 1, reply == "unasked")
    assert why in str(found.error)


def test_counts_are_the_mean_of_what_could_be_read() -> None:
    found, _ = word({0: LINES, 1: None, 2: LINES.replace("1", "none")}, samples=3)
    assert found.counts is not None
    assert (found.counts[Measure.SUBGOALS], found.counts[Measure.BACKTRACKS]) == (0.5, 1)
    assert str(found.error).startswith("1 of 3 samples gave no marks")


def test_a_chain_that_says_nothing_needs_no_judge() -> None:
    found, script = word({}, trace(""))
    assert (set((found.counts or {}).values()), script.calls) == ({0.0}, [])


@pytest.mark.parametrize("reply", UNREADABLE)
def test_what_is_not_three_lines_of_known_sentences_is_unreadable(reply: str) -> None:
    assert read_marks(reply, 3) is None


@pytest.mark.parametrize("reply", [LINES, f" {LINES} \n", LINES.upper(), f"Let me see: <marks> \n{LINES}\n</marks>\n"])
def test_the_lines_are_read_alone_or_in_the_block_at_the_end(reply: str) -> None:
    assert read_marks(reply, 3) == {Habit.SUBGOAL: {1}, Habit.VERIFICATION: set(), Habit.BACKTRACK: {2, 3}}


@given(reply=st.text(max_size=60) | st.text("subgoalverifctnk: 0123,\n<>/m", max_size=60))
def test_no_text_is_read_by_chance(reply: str) -> None:
    assert read_marks(reply, 99) is None


def test_the_form_that_the_prompt_shows_can_be_read() -> None:
    shown = behaviour_prompt().text.partition("or none:\n")[2].partition("\nIf you")[0]
    assert read_marks(shown, 2) is not None
