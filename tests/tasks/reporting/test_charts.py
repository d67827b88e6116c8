import xml.etree.ElementTree as ElementTree

from tasks.reporting.charts import curves, intervals


def test_a_curve_is_a_drawing() -> None:
    drawing = curves("loss", {"loss": [(1, 2.0), (2, 1.0)], "held out": [(1, 2.5), (2, 1.5)]})
    assert ElementTree.fromstring(drawing).tag.endswith("svg")
    assert "held out" in drawing


def test_intervals_may_be_open() -> None:
    drawing = intervals("accuracy", {"point": {"tiny": (0.9, 0.8, 0.95)}, "box": {"tiny": (0.5, None, None), "other": (0.1, 0.0, 0.2)}})
    assert ElementTree.fromstring(drawing).tag.endswith("svg")


def test_a_name_with_dollars_is_a_name() -> None:
    assert "$5 or $x_{$" in curves("price", {"$5 or $x_{$": [(1, 0.5)], "other": [(1, 0.25)]})


def test_the_same_figures_give_the_same_drawing() -> None:
    series = {"loss": [(step, 1.0 / step) for step in range(1, 40)]}
    assert curves("loss", series) == curves("loss", series)


def test_words_are_text_and_not_shapes() -> None:
    assert ">outcome<" in curves("outcome", {"outcome": [(1, 0.5)]}).replace(" ", "").replace("\n", "")
