from PIL import Image

from data.cropping import ZoomConfig
from data.drawing import Ink
from data.marks import looks_of, looks_of_turns, prediction_marks, rollout_marks, sample_marks, trace_marks

POINT = {"image_index": 0, "x": 1.0, "y": 2.0, "label": None}
BOX = {"image_index": 0, "x1": 1.0, "y1": 2.0, "x2": 3.0, "y2": 4.0, "label": None, "role": None}
MENTION = POINT | {"offset": 0, "x2": None, "y2": None}


def test_evidence_is_dashed() -> None:
    marks = sample_marks({"boxes": [BOX | {"role": "answer"}, BOX | {"role": "evidence"}], "points": None})
    assert [mark.is_dashed for mark in marks] == [False, True]
    assert {mark.ink for mark in marks} == {Ink.KNOWN}


def test_mentions_are_numbered_through_all_steps() -> None:
    steps = [{"mentions": [MENTION]}, {"mentions": None}, {"mentions": [MENTION, MENTION]}]
    marks = trace_marks({"steps": steps, "answer_boxes": [BOX], "answer_points": None})
    assert [(mark.ink, mark.number) for mark in marks] == [(Ink.MODEL, None), (Ink.MENTION, 1), (Ink.MENTION, 2), (Ink.MENTION, 3)]


def test_a_mention_with_two_corners_is_a_box() -> None:
    marks = rollout_marks({"mentions": [MENTION | {"x2": 5.0, "y2": 6.0}], "answer_boxes": None, "answer_points": [POINT]})
    assert [type(mark.place).__name__ for mark in marks] == ["PlacedPoint", "PlacedBox"]


def test_an_answer_that_was_not_read_has_no_marks() -> None:
    assert prediction_marks({"boxes": None, "points": None}) == []


def test_a_look_has_the_number_of_the_place_it_is_about() -> None:
    elsewhere = POINT | {"x": 30.0}
    steps = [{"mentions": [MENTION], "zooms": [POINT]}, {"mentions": [MENTION | elsewhere], "zooms": [elsewhere, POINT | {"y": 9.0}]}]
    looks = looks_of({"steps": steps}, [Image.new("RGB", (40, 40))], ZoomConfig(half_px=5, side_px=20))
    assert [look.number for look in looks] == [1, 2, None]
    assert {look.crop.size for look in looks} == {(20, 20)}


def test_a_look_off_its_image_is_left_out() -> None:
    steps = [{"mentions": None, "zooms": [POINT | {"x": 41.0}, POINT | {"image_index": 1}]}]
    assert looks_of({"steps": steps}, [Image.new("RGB", (40, 40))], ZoomConfig()) == []


def test_a_turn_shows_its_window() -> None:
    seen = {"image_id": "img_1", "crop": [0.0, 0.0, 20.0, 10.0], "points": [POINT]}
    turns = [{"image_id": "img_1", "crop": None}, seen, seen | {"points": [POINT | {"x": 9.0}]}, seen | {"image_id": "img_2"}]
    looks = looks_of_turns({"turns": turns, "mentions": [MENTION]}, {"img_1": Image.new("RGB", (40, 40))})
    assert [(look.crop.size, look.number) for look in looks] == [((20, 10), 1), ((20, 10), None)]
