import json
from typing import Any

from data.benchmarks.disputes import disputes

TEXT = "<think>Beside (0,0),(50,50) it is.</think>\n<answer>(100,100),(300,300)</answer>"


def row(protocol: str, *, correct: bool, item: str = "smp_1", **fields: Any) -> dict[str, Any]:
    shared = {"benchmark": "mig_bench", "mode": "grounded", "sample_id": item, "category": "region", "text": TEXT, "iou": None}
    places = {"boxes": None, "points": None, "answer": None, "detail": None, "parse_error": None}
    return {**shared, **places, "protocol": protocol, "correct": correct, **fields}


def box(*corners: float) -> dict[str, Any]:
    return dict(zip(("x1", "y1", "x2", "y2"), corners, strict=True)) | {"image_index": 1}


def test_items_on_which_all_agree_are_left_out() -> None:
    assert disputes([row("strict", correct=True), row("mig-bench-univg", correct=True)]) == []


def test_what_each_protocol_read_is_said_with_where_it_stands() -> None:
    first = row("mig-bench-univg", correct=False, detail=json.dumps({"box": [0, 0, 50, 50], "iou": 0.0}))
    (found,) = disputes([row("strict", correct=True, boxes=[box(22.4, 22.4, 67.2, 67.2)]), first])
    assert [word.read for word in found.words] == ["[22.4, 22.4, 67.2, 67.2] px of image 2", "[0, 0, 50, 50] (before the answer)"]


def test_a_box_of_the_answer_is_told_from_one_of_the_thoughts() -> None:
    right = row("mig-bench-univg", correct=True, detail=json.dumps({"box": [100, 100, 300, 300]}))
    (found,) = disputes([right, row("strict", correct=False, parse_error="the answer should be one box")])
    assert [word.read for word in found.words] == ["[100, 100, 300, 300] (in the answer)", "the answer should be one box"]


def test_rows_that_do_not_say_to_what_or_how_they_answer_come_first() -> None:
    said: list[dict[str, Any]] = [{}, {"mode": None}, {"benchmark": None}, {"benchmark": None, "mode": None}]
    rows = [row("strict", correct=correct, item=item, **one) for one in said for item in ("smp_2", "smp_1") for correct in (True, False)]
    found = disputes(rows)
    assert [(one.benchmark, one.mode) for one in found[::2]] == [("", ""), ("", "grounded"), ("mig_bench", ""), ("mig_bench", "grounded")]
    assert [one.item for one in found[:2]] == ["smp_1", "smp_2"]


def test_scaled_numbers_stand_nowhere_and_an_exception_is_the_reading() -> None:
    scaled = row("mig-bench-migician", correct=True, detail=json.dumps({"box": [0.1, 0.1, 0.3, 0.3]}))
    (found,) = disputes([scaled, row("mig-bench-univg", correct=False, parse_error="ZeroDivisionError")])
    assert [word.read for word in found.words] == ["[0.1, 0.1, 0.3, 0.3]", "ZeroDivisionError"]


def test_numbers_that_stand_in_several_places_are_said_to_stand_in_each() -> None:
    text = "<think>(1,1),(9,9)</think><answer>(1,1),(9,9)</answer> or (1,1),(9,9)"
    said = row("mig-bench-univg", correct=True, text=text, detail=json.dumps({"box": [1, 1, 9, 9]}))
    (found,) = disputes([said, row("strict", correct=False, text=text)])
    assert found.words[0].read == "[1, 1, 9, 9] (before the answer and in the answer and behind the answer)"


def test_noughts_for_no_box_are_nothing_and_a_protocol_that_tells_nothing_says_so() -> None:
    none = row("mig-bench-univg", correct=False, text="left", detail=json.dumps({"box": [0, 0, 0, 0]}))
    silent = row("vigorl-choice", correct=True, text="left", detail=json.dumps({"accuracy": 1.0}))
    (found,) = disputes([none, silent])
    assert [word.read for word in found.words] == ["nothing", "not told"]
