from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from data.scoring.score import _choice_index, normal
from data.scoring.texts import choice_indices, choices_of, normal_texts
from tests.data.drawn import NAMES, SAID

ODD = st.text(st.sampled_from("aB ßİſ\t\n\x1f\x85\u2003é.()"), max_size=6)


@given(texts=st.lists(st.none() | ODD | st.text(max_size=5), max_size=6))
def test_many_texts_have_the_normal_form_of_each(texts: list[str | None]) -> None:
    found = normal_texts(pa.array(texts, pa.string())).to_pylist()
    assert found == [None if text is None else normal(text) for text in texts]


@settings(max_examples=100)
@given(asked=st.lists(st.tuples(SAID, st.lists(NAMES, max_size=4)), max_size=6))
def test_many_texts_name_the_choices_that_each_names(asked: list[tuple[str | None, list[str]]]) -> None:
    choices = choices_of(pa.array([names for _, names in asked], pa.list_(pa.string())))
    said = normal_texts(pa.array([text for text, _ in asked], pa.string()))
    expected = [None if text is None else _choice_index(text, names) for text, names in asked]
    assert choice_indices(said, np.arange(len(asked)), choices).tolist() == [-1 if index is None else index for index in expected]


def test_more_choices_than_letters_have_no_letter() -> None:
    choices = choices_of(pa.array([[f"choice {number}" for number in range(30)]]))
    found = choice_indices(pa.array(["z", "choice 29", "z. choice 25", "z. choice 29"]), np.zeros(4, dtype=np.int64), choices)
    assert found.tolist() == [25, 29, 25, -1]
