from data.drawing import Ink
from data.marks import prediction_marks, rollout_marks, sample_marks, trace_marks

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
