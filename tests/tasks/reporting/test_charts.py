import xml.etree.ElementTree as ElementTree

from tasks.reporting.charts import COLORS, Bar, curves, intervals


def test_a_curve_is_a_drawing() -> None:
    drawing = curves("loss", {"loss": [(1, 2.0), (2, 1.0)], "held out": [(1, 2.5), (2, 1.5)]})
    assert ElementTree.fromstring(drawing).tag.endswith("svg")
    assert "held out" in drawing


def test_intervals_may_be_open() -> None:
    groups: dict[str, dict[str, Bar]] = {
        "point": {"tiny": (0.9, 0.8, 0.95)},
        "box": {"tiny": (0.5, None, None), "other": (0.1, 0.0, 0.2)},
    }
    assert ElementTree.fromstring(intervals("accuracy", groups, ["tiny", "other"])).tag.endswith("svg")


def test_a_model_has_its_colour_in_a_chart_without_the_others() -> None:
    bars: dict[str, Bar] = {"tiny": (0.9, 0.8, 0.95), "other": (0.1, 0.0, 0.2)}
    of_both = intervals("accuracy", {"point": bars}, ["tiny", "other"])
    for model, color in zip(bars, COLORS, strict=False):
        alone = intervals("accuracy", {"box": {model: bars[model]}}, ["tiny", "other"])
        assert color in of_both
        assert color in alone
        assert not any(another in alone for another in COLORS if another != color)


def test_a_name_with_dollars_is_a_name() -> None:
    assert "$5 or $x_{$" in curves("price", {"$5 or $x_{$": [(1, 0.5)], "other": [(1, 0.25)]})


def test_the_same_figures_give_the_same_drawing() -> None:
    series = {"loss": [(step, 1.0 / step) for step in range(1, 40)]}
    assert curves("loss", series) == curves("loss", series)


def test_words_are_text_and_not_shapes() -> None:
    assert ">outcome<" in curves("outcome", {"outcome": [(1, 0.5)]}).replace(" ", "").replace("\n", "")
