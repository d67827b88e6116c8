import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.dialects.coordinates import find_coordinates, strip_coordinates

NUMBERS = st.integers(0, 9999).map(str) | st.floats(0, 999).map(lambda number: f"{number:.1f}")
FORMS = """
({}, {})|({},{})|[{}, {}]|[{} {}]|[ {},{} ]|（{}，{}）|<{}, {}>|<box>[{},{},9,9]</box>|<point>{} {}</point>|"bbox_2d": [{}, {}, 3, 4]
x={}, y={}|x = {} and y = {}|X: {}, Y: {}|x is {} and y is {}|x1={}, y1={}|at x of {} and y of {}|x-coordinate {} {}
at {}, {}|around {}, {}|at {} x {}|at about {} by {}|coordinates {} and {}|coordinate: {} {}|{} px and {} px|<loc{}><loc{}>
{} pixels from the left and {} pixels down|{}% from the left, {}% from the top|<points x1="{}" y1="{}">
""".strip()
WORDS = [
    *("The red circle is at the top left.", "There are 3 birds and 12 trees.", "It says 1,200 on the sign.", "The clock shows 10:45."),
    *("Two boxes stand side by side.", "He wears number 23.", "The bar is at 34 percent.", "In image 2 the cup is gone.", "2, 3 and 4"),
    *("x marks the spot", "The point is clear.", "It costs 3.50 dollars.", "(see the sign)", "[the left one]", "the 2nd of 5 cups"),
]


@given(
    form=st.sampled_from(re.split(r"[|\n]", FORMS)), first=NUMBERS, second=NUMBERS, before=st.sampled_from(["", "The cup is ", "Look: "])
)
def test_a_place_as_numbers_is_found_in_every_form(form: str, first: str, second: str, before: str) -> None:
    text = before + form.format(first, second)
    assert find_coordinates(text) is not None
    assert find_coordinates(strip_coordinates(text)) is None


@pytest.mark.parametrize("text", WORDS)
def test_words_and_counts_are_no_places(text: str) -> None:
    assert find_coordinates(text) is None
    assert strip_coordinates(text) == text


@given(text=st.text(max_size=60))
def test_what_is_stripped_has_no_coordinates(text: str) -> None:
    assert find_coordinates(strip_coordinates(text)) is None


@pytest.mark.parametrize(
    ("text", "stripped"),
    [
        ("The cup is at (3, 4).", "The cup is there."),
        ("The cup is at .", "The cup is there."),
        ("The cup [1, 2, 3, 4] is red", "The cup is red"),
    ],
)
def test_a_word_that_is_left_hanging_says_there(text: str, stripped: str) -> None:
    assert strip_coordinates(text) == stripped
