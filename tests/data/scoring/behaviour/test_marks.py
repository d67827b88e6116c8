from hypothesis import given
from hypothesis import strategies as st

from data.scoring.behaviour import Habit, Measure, behaviour_of, count_marks, marked_rows, sentences_of
from data.scoring.behaviour.phrases import patterns, sentences
from data.tables import arrow
from data.trace import Mention, PlacedPoint, Step, Trace
from tests.data.scoring.behaviour.test_measures import SAMPLE

NOBODY = {habit: frozenset[int]() for habit in Habit}
WORDS = st.sampled_from(["First, I need to find it.", "Wait,", "no, not that", "I check it again.", "Here; ", "\n", " ", "A cup"])


def step(thought: str, *offsets: int) -> Step:
    return Step(thought, tuple(Mention(offset, PlacedPoint(float(offset), 1.0)) for offset in offsets))


def test_sentences_are_numbered_over_all_steps_and_keep_their_places() -> None:
    found = sentences_of(Trace((step("One is here. Two is there.", 11, 26), Step(""), step("Three."))))
    assert [(one.step, one.said.thought, one.is_placed) for one in found] == [
        (0, "One is here.", True),
        (0, "Two is there.", True),
        (2, "Three.", False),
    ]
    assert [[mention.offset for mention in one.said.mentions] for one in found] == [[11], [13], []]


def test_a_place_between_sentences_stays_with_the_one_before() -> None:
    (first, second) = sentences_of(Trace((step("One.   Two.", 6, 7),)))
    assert [mention.offset for mention in first.said.mentions] == [4]
    assert [mention.offset for mention in second.said.mentions] == [0]


def test_a_subgoal_is_grounded_only_where_its_step_has_a_place() -> None:
    said = sentences_of(Trace((step("Find it.", 3), step("Find more."))))
    assert count_marks(said, NOBODY | {Habit.SUBGOAL: {1, 2}})[Measure.SUBGOALS] == 1


def test_neighbours_that_turn_back_are_one_turn_of_their_thought() -> None:
    said = sentences_of(Trace((step("Wait. No. It is here. No."), step("No."))))
    marks = NOBODY | {Habit.BACKTRACK: {1, 2, 4, 5}, Habit.VERIFICATION: {1, 2}}
    assert count_marks(said, marks) == {Measure.SUBGOALS: 0, Measure.VERIFICATIONS: 2, Measure.BACKTRACKS: 3}


@given(thoughts=st.lists(st.lists(WORDS, max_size=5).map("".join), max_size=4), places=st.lists(st.integers(0, 30), max_size=3))
def test_who_marks_by_the_phrases_counts_as_the_phrases_do(thoughts: list[str], places: list[int]) -> None:
    trace = Trace(tuple(step(thought, *places[:number]) for number, thought in enumerate(thoughts)))
    said = sentences_of(trace)
    assert [one.said.thought for one in said] == [one for thought in thoughts for one in sentences(thought)]
    marks = {
        habit: {number for number, one in enumerate(said, start=1) if pattern.search(one.said.thought)}
        for habit, pattern in patterns().items()
    }
    counted = behaviour_of(trace, SAMPLE)
    assert count_marks(said, marks) == {measure: counted.value(measure) for measure in count_marks(said, marks)}


def test_rows_without_counts_say_why() -> None:
    rows = list(marked_rows("trc_1", None, ("req_1",), "no"))
    assert [row["name"] for row in rows] == [f"behaviour_judged_{name}" for name in ("subgoals", "verifications", "backtracks")]
    assert {(row["value"], row["error"], *row["request_ids"]) for row in rows} == {(None, "no", "req_1")}
    assert arrow("judgements", rows).num_rows == 3
