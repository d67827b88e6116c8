import math

from hypothesis import given, settings
from hypothesis import strategies as st

from data.scoring.behaviour import Visits, visits_of
from data.trace import Mention, PlacedBox, PlacedPoint, Step, Trace, Zoom


def chain(*points: tuple[float, float]) -> Trace:
    return Trace(tuple(Step("there", (Mention(5, PlacedPoint(x, y)),)) for x, y in points))


def test_places_within_the_radius_are_one_region() -> None:
    assert visits_of(chain((10, 10), (14, 10), (30, 10))) == Visits(2, 0)


def test_the_radius_itself_is_still_one_region() -> None:
    assert visits_of(chain((0, 0), (10, 0))).regions == 1
    assert visits_of(chain((0, 0), (10.1, 0))).regions == 2


def test_coming_back_from_elsewhere_is_a_return() -> None:
    assert visits_of(chain((10, 10), (50, 50), (11, 10), (11, 11), (50, 50))) == Visits(2, 2)


def test_places_of_other_images_are_other_regions() -> None:
    step = Step("", (Mention(0, PlacedPoint(5, 5, 0)), Mention(0, PlacedPoint(5, 5, 1))))
    assert visits_of(Trace((step,))).regions == 2


def test_a_box_is_visited_at_its_centre_and_a_look_at_its_point() -> None:
    step = Step("", (Mention(0, PlacedBox(0, 0, 20, 20)),), (Zoom(PlacedPoint(12, 10)), Zoom(PlacedPoint(80, 80))))
    assert visits_of(Trace((step,))).regions == 2


def test_a_chain_without_places_visits_nothing() -> None:
    assert visits_of(Trace((Step("It is red."),))) == Visits(0, 0)


def test_a_place_that_is_no_number_is_no_place() -> None:
    assert visits_of(chain((math.nan, 1), (math.inf, 1), (3, 3))).regions == 1


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.floats(-500, 500), st.floats(-500, 500)), max_size=20))
def test_there_are_no_more_regions_than_places(points: list[tuple[float, float]]) -> None:
    found = visits_of(chain(*points))
    assert min(1, len(points)) <= found.regions <= len(points)
    assert found.regions + found.returns <= max(len(points), 1)
