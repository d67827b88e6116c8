from typing import Any

from data.benchmarks.benchmark import Metric
from data.benchmarks.figures import Origin, figures, score_rows
from data.tables import arrow


def prediction(
    category: str, correct: bool, band: str | None = "easy", iou: float | None = None, error: str | None = None
) -> dict[str, Any]:
    return {"category": category, "correct": correct, "difficulty_band": band, "iou": iou, "parse_error": error}


PREDICTIONS = [
    prediction("point", True),
    prediction("point", True, "hard"),
    prediction("point", False, "hard", error="no answer"),
    prediction("box", True, iou=0.75),
    prediction("box", False, iou=0.25),
]
ORIGIN = Origin("run_1", "ckp_1", "finetune", "scenes", "strict", "grounded", {"seed": 0}, "abc", "ver_1", True)


def value(category: str, metric: Metric) -> float:
    return next(one.interval.value for one in figures(PREDICTIONS) if (one.category, one.metric) == (category, metric))


def test_a_kind_has_its_accuracy() -> None:
    assert value("point", Metric.ACCURACY) == 2 / 3


def test_a_band_has_its_own() -> None:
    assert value("point/hard", Metric.ACCURACY) == 0.5


def test_boxes_have_a_mean_iou() -> None:
    assert value("box", Metric.MEAN_IOU) == 0.5


def test_an_answer_without_evidence_counts_nought_where_it_is_asked_for() -> None:
    rows = [prediction("box", True) | {"scores": [("evidence_iou", value)], "evidence_iou": value or None} for value in (0.9, 0.6, 0.0)]
    found = {one.category: one.interval for one in figures(rows) if one.metric == Metric.EVIDENCE_IOU}
    assert {name: (round(one.value, 9), one.n) for name, one in found.items()} == dict.fromkeys(("all", "box", "box/easy"), (0.5, 3))
    assert found["all"].low == 0.0
    assert not [one for one in figures(PREDICTIONS) if one.metric == Metric.EVIDENCE_IOU]


def test_points_have_none() -> None:
    assert not [one for one in figures(PREDICTIONS) if one.category.startswith("point") and one.metric == Metric.MEAN_IOU]


def test_the_whole_has_the_accuracy_of_all_items_too() -> None:
    assert value("all", Metric.ACCURACY) == 0.6


def test_the_whole_is_the_mean_of_its_kinds() -> None:
    assert value("all", Metric.MACRO_ACCURACY) == (2 / 3 + 1 / 2) / 2


def test_answers_out_of_form_are_counted() -> None:
    assert value("all", Metric.PARSED) == 0.8


def test_samples_without_a_band_have_no_band_figures() -> None:
    assert {one.category for one in figures([prediction("point", True, None)])} == {"all", "point"}


def test_rows_fit_their_table_and_are_unique_on_its_key() -> None:
    rows = score_rows(PREDICTIONS, ORIGIN)
    assert arrow("scores", rows).num_rows == len({(row["category"], row["metric"]) for row in rows})


def test_no_predictions_give_no_rows() -> None:
    assert score_rows([], ORIGIN) == []


def yes(category: str, said: bool, known: bool) -> dict[str, Any]:
    return prediction(category, said == known) | {"scores": [("said_yes", float(said)), ("is_yes", float(known))]}


YES = [yes("popular", True, True), yes("popular", True, False), yes("random", True, True), yes("random", False, True)]


def yes_value(category: str, metric: Metric, rows: list[dict[str, Any]]) -> float | None:
    return next((one.interval.value for one in figures(rows) if (one.category, one.metric) == (category, metric)), None)


def test_yes_has_precision_recall_and_f1() -> None:
    found = [yes_value("all", metric, YES) for metric in (Metric.PRECISION, Metric.RECALL, Metric.F1)]
    assert found == [2 / 3, 2 / 3, 2 / 3]


def test_the_mean_of_f1_counts_every_part_once() -> None:
    assert yes_value("all", Metric.MACRO_F1, YES) == 2 / 3
    assert yes_value("popular", Metric.F1, YES) == 2 / 3


def test_the_share_of_yes_is_that_of_what_is_said() -> None:
    assert yes_value("popular", Metric.YES_RATIO, YES) == 1.0
    assert yes_value("random", Metric.YES_RATIO, YES) == 0.5


def test_nobody_who_says_no_throughout_has_a_precision() -> None:
    rows = [yes("random", False, True), yes("random", False, False)]
    assert yes_value("all", Metric.PRECISION, rows) is None
    assert yes_value("all", Metric.F1, rows) == 0.0


def test_items_that_ask_for_something_else_have_no_figures_of_yes() -> None:
    assert yes_value("all", Metric.F1, [*YES, prediction("point", True)]) is None
    assert yes_value("popular", Metric.F1, [*YES, prediction("point", True)]) == 2 / 3
