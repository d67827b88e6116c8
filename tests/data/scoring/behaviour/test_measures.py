from data.sample import Sample, Task
from data.scoring.behaviour import behaviour_of, judgement_rows
from data.tables import arrow
from data.trace import Mention, PlacedBox, PlacedPoint, Step, Trace

BOX = PlacedBox(10, 10, 30, 30, label="red circle", role="answer")
SAMPLE = Sample("smp_1", "scenes", "test", Task.POINT, ("img_1",), "Where is the red circle?", boxes=(BOX,))


def at(thought: str, *points: tuple[float, float]) -> Step:
    return Step(thought, tuple(Mention(len(thought), PlacedPoint(x, y)) for x, y in points))


CHAIN = Trace(
    (
        at("First, I need to find the red circle", (70, 70)),
        at("Wait, that is not it. The red circle is here", (20, 20)),
        at("Let me look for more."),
        at("I verify the red circle", (21, 21)),
    )
)


def test_a_chain_has_its_figures() -> None:
    found = behaviour_of(CHAIN, SAMPLE)
    assert (found.regions, found.returns, found.verifications, found.backtracks) == (2, 0, 1, 1)


def test_a_subgoal_counts_where_its_step_names_a_place() -> None:
    assert behaviour_of(CHAIN, SAMPLE).subgoals == 1


def test_grounding_is_over_all_places_of_which_it_is_known() -> None:
    assert behaviour_of(CHAIN, SAMPLE).grounding == 2 / 3


def test_rows_are_one_for_each_figure_and_each_known_step() -> None:
    rows = {row["name"]: row["value"] for row in judgement_rows("trc_1", behaviour_of(CHAIN, SAMPLE))}
    assert rows == {
        "behaviour_regions": 2,
        "behaviour_returns": 0,
        "behaviour_subgoals": 1,
        "behaviour_verifications": 1,
        "behaviour_backtracks": 1,
        "behaviour_grounding": 2 / 3,
        "behaviour_grounding_step_1": 0,
        "behaviour_grounding_step_2": 1,
        "behaviour_grounding_step_4": 1,
    }


def test_what_is_not_known_has_no_value_and_says_why() -> None:
    rows = {row["name"]: row for row in judgement_rows("trc_1", behaviour_of(Trace((at("Here"),)), SAMPLE))}
    assert rows["behaviour_grounding"]["value"] is None
    assert "of which the sample knows" in rows["behaviour_grounding"]["error"]
    assert rows["behaviour_regions"]["error"] is None


def test_a_chain_that_could_not_be_read_has_rows_without_values() -> None:
    rows = list(judgement_rows("prd_1", None, "there is no answer block"))
    assert {row["value"] for row in rows} == {None}
    assert {row["error"] for row in rows} == {"there is no answer block"}
    assert arrow("judgements", rows).num_rows == 6
