from dataclasses import replace

import pytest

from data.sample import Role, Task
from data.trace import Answer, PlacedBox, PlacedPoint, Trace
from models.teacher.judge.judge import JudgeQuestion
from tests.models.teacher.judge.asking import judged, point_sample, question, sample, trace

CHAIN = question("chain", trace("The cup is white."))


def test_a_score_is_the_value_and_its_call_is_named() -> None:
    found, script = judged(CHAIN, {0: "4"})
    assert (found.value, found.error, found.request_ids) == (0.75, None, (script.calls[0].request_id,))
    assert (script.calls[0].purpose, script.calls[0].sample_id, script.calls[0].image_ids) == ("judge_chain", "smp_a", ())


def test_an_unreadable_reply_is_asked_for_again_under_a_fresh_index_and_kept() -> None:
    found, script = judged(CHAIN, {0: "I would say 4.", 1: "", 2: "5"})
    assert (found.value, found.error) == (1.0, None)
    assert [call.sample_index for call in script.calls] == [0, 1, 2]
    assert found.request_ids == tuple(call.request_id for call in script.calls)


def test_a_judge_that_never_says_a_score_gives_none_and_not_zero() -> None:
    found, script = judged(CHAIN, dict.fromkeys(range(9), "0.5 or so"), attempts=3)
    assert (found.value, len(script.calls), len(found.request_ids)) == (None, 3, 3)
    assert found.error == "1 of 1 samples gave no score; the first: '0.5 or so' is none of 1, 2, 3, 4, 5"


def test_a_call_that_failed_is_not_asked_again_and_gives_none() -> None:
    found, script = judged(CHAIN, {0: None, 1: "5"})
    assert (found.value, len(script.calls)) == (None, 1)
    assert found.error == "1 of 1 samples gave no score; the first: the call failed: InternalServerError: no"


def test_a_call_that_was_never_sent_is_not_named() -> None:
    found, _ = judged(CHAIN, {0: "hm", 1: "unasked"})
    assert (found.value, len(found.request_ids)) == (None, 1)
    assert found.error == "1 of 1 samples gave no score; the first: the call was not sent, as the budget is spent"


def test_the_value_is_the_mean_of_the_samples() -> None:
    found, script = judged(CHAIN, {0: "1", 1: "5", 2: "5", 3: "3"}, samples=4)
    assert found.value == 0.625
    assert sorted(call.sample_index for call in script.calls) == [0, 1, 2, 3]


def test_samples_that_are_lacking_leave_the_mean_and_are_told() -> None:
    found, script = judged(CHAIN, {0: "5", 1: None, 2: "maybe", 3: "3", 6: "maybe"}, samples=4, attempts=2)
    assert found.value == 0.75
    assert found.error == "2 of 4 samples gave no score; the first: the call failed: InternalServerError: no"
    assert len(found.request_ids) == len({call.request_id for call in script.calls}) == 5


def test_images_are_sent_where_the_judge_shall_see_them() -> None:
    _, script = judged(CHAIN, {0: "5"}, see_images=True)
    assert script.calls[0].image_ids == ("img_a",)


@pytest.mark.parametrize(
    ("asked", "value", "error"),
    [
        (question("answer", trace("x", answer="A  white CUP")), 1.0, None),
        (question("answer", trace("x", answer=None)), 0.0, None),
        (question("answer", trace("x"), about=sample(answer=None)), None, "nothing is known of the answer"),
        (question("answer", Trace(answer=Answer(points=(PlacedPoint(3, 3),))), about=point_sample()), 1.0, None),
        (question("answer", Trace(answer=Answer(points=(PlacedPoint(30, 3),))), about=point_sample()), 0.0, None),
        (question("chain", trace("")), 0.0, None),
        (question("consistency", trace(), trace("x")), 0.0, None),
        (question("consistency", trace("x")), None, "there is no reference chain to compare with"),
    ],
)
def test_what_needs_no_judge_asks_none(asked: JudgeQuestion, value: float | None, error: str | None) -> None:
    found, script = judged(asked, {})
    assert (found.value, found.error, script.calls) == (value, error, [])


def test_a_place_outside_its_image_is_as_wrong_as_the_scorer_says() -> None:
    about = sample(task=Task.BOX, answer=None, boxes=(PlacedBox(0, 0, 10, 10, role=Role.ANSWER),))
    asked = question("answer", Trace((), Answer(boxes=(PlacedBox(-2, 0, 10, 10),))), about=about)
    assert [judged(one, {})[0].value for one in (asked, replace(asked, sizes=((10.0, 10.0),)))] == [1.0, 0.0]
