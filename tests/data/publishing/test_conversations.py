from __future__ import annotations

import dataclasses

from data.cropping import crop_image
from data.images import png
from data.observing import TurnsConfig
from data.publishing.config import PublishConfig
from data.tables import arrow
from data.trace import Answer, Step
from tests.data.publishing.conftest import CLOSE, KNOWN, TRACE, Pictures, Speaker, looking, publish, row, sample


def test_a_kept_trace_becomes_a_conversation_with_its_images() -> None:
    ((made,), refused) = publish([row(TRACE)])
    assert refused == []
    assert made["messages"][1]["content"][0]["text"].endswith("<answer>(10, 10, 30, 30)</answer>")
    assert [image["bytes"] for image in made["images"]] == [Pictures().bytes("img_1")]
    assert arrow("sft", [made]).num_rows == 1


def test_a_dropped_trace_is_neither_published_nor_refused() -> None:
    trace = row(TRACE)
    assert publish([trace], dropped=(trace["trace_id"],)) == ([], [])


def test_the_config_may_ask_for_another_dialect_than_the_students() -> None:
    ((made,), _) = publish([row(TRACE)], PublishConfig(dialects=["ivgr"]))
    assert made["dialect"] == "ivgr"
    assert "<box>[10,10,30,30]</box>" in made["messages"][1]["content"][0]["text"]


def test_what_the_task_needs_and_the_dialect_cannot_write_is_refused() -> None:
    trace = row(dataclasses.replace(TRACE, answer=Answer("there")))
    made, (refusal,) = publish([trace])
    assert made == []
    assert refusal["locator"] == trace["trace_id"]
    assert refusal["reason"] == "not_carried"
    assert "no answer of the form" in refusal["detail"]


def test_an_answer_on_an_image_that_is_not_there_is_refused() -> None:
    trace = row(dataclasses.replace(TRACE, answer=Answer(boxes=(dataclasses.replace(KNOWN, image_index=1),))))
    assert [one["reason"] for one in publish([trace])[1]] == ["not_carried"]


def test_the_same_text_is_published_once() -> None:
    made, refused = publish([row(TRACE), row(TRACE, 1)], PublishConfig(traces_per_sample=5))
    assert len(made) == 1
    assert [one["reason"] for one in refused] == ["duplicate"]


def test_a_sample_has_no_more_traces_than_asked_for() -> None:
    other = dataclasses.replace(TRACE, steps=(Step("There."),))
    made, refused = publish([row(other, 1), row(TRACE, 0)])
    assert [one["trace_id"] for one in made] == [row(TRACE, 0)["trace_id"]]
    assert [one["reason"] for one in refused] == ["enough"]


def test_methods_take_turns_where_a_sample_has_more_than_asked_for() -> None:
    chains = [dataclasses.replace(TRACE, steps=(Step(f"There {number}."),)) for number in range(5)]
    methods = ["tree_direct", "tree_direct", "tree_direct", "tree_corrected", "tree_corrected"]
    traces = [
        row(chain, number, method=method, selected=number != 3) for number, (chain, method) in enumerate(zip(chains, methods, strict=True))
    ]
    made, refused = publish(traces, PublishConfig(traces_per_sample=3))
    assert [one["trace_id"] for one in made] == [traces[number]["trace_id"] for number in (0, 4, 1)]
    assert [one["reason"] for one in refused] == ["not_selected", "enough"]


def test_what_was_not_selected_is_refused() -> None:
    assert [one["reason"] for one in publish([row(TRACE, selected=False)])[1]] == ["not_selected"]
    (refusal,) = publish([row(TRACE, selected=False, left_out="repeats: step 2")])[1]
    assert refusal["detail"] == "repeats: step 2"


def test_a_trace_of_an_unknown_sample_is_refused() -> None:
    assert [one["reason"] for one in publish([row(TRACE, sample_id="smp_9")])[1]] == ["no_sample"]


def test_a_zoom_brings_its_crop() -> None:
    ((made,), _) = publish([row(looking(90, 50))], student=Speaker(dialect="vigorl_zoom"))
    blocks = [block["type"] for message in made["messages"] for block in message["content"]]
    assert blocks.count("image") == len(made["images"]) == 2
    assert made["images"][1]["bytes"] == png(crop_image(Pictures().open("img_1"), 90, 50, CLOSE))


def test_a_look_off_the_image_is_refused_and_the_rows_beside_it_are_not() -> None:
    made, (refusal,) = publish([row(looking(101, 50)), row(looking(90, 50), 1)], student=Speaker(dialect="vigorl_zoom"))
    assert len(made) == 1
    assert (refusal["reason"], refusal["detail"]) == ("outside", "(101, 50) on image 1 of 100x60")


def test_a_trace_that_looks_more_often_than_the_student_may_is_refused() -> None:
    student = Speaker(dialect="vigorl_zoom", turns=TurnsConfig(most_looks=0))
    made, (refusal,) = publish([row(looking(90, 50))], student=student)
    assert not made
    assert (refusal["reason"], refusal["detail"]) == ("too_many_looks", "1 looks, where the student may take 0")


def test_a_trace_is_published_in_every_dialect_that_carries_it() -> None:
    config = PublishConfig(dialects=["vigorl", "ivgr", "textual"])
    made, refused = publish([row(TRACE), row(dataclasses.replace(TRACE, answer=Answer("there")), 1)], config)
    assert [one["dialect"] for one in made] == ["vigorl", "ivgr", "textual"]
    assert {one["trace_id"] for one in made} == {row(TRACE)["trace_id"]}
    assert arrow("sft", made).num_rows == 3
    locators = [one["locator"] for one in refused]
    assert [locator.partition("/")[2] for locator in locators] == ["vigorl", "ivgr", "textual"]
    assert {one["reason"] for one in refused} == {"not_carried"}


def test_a_trace_without_places_is_published_in_words_alone_and_before_others() -> None:
    config = PublishConfig(dialects=["ivgr", "textual"])
    plain = row(dataclasses.replace(TRACE, steps=(Step("There it is."),)), 7, method="textualize", dialect="textual")
    made, (refusal,) = publish([row(TRACE), plain], config)
    assert [(one["dialect"], one["trace_id"]) for one in made] == [("textual", plain["trace_id"]), ("ivgr", row(TRACE)["trace_id"])]
    assert (refusal["locator"], refusal["reason"]) == (f"{row(TRACE)['trace_id']}/textual", "enough")


def test_a_trace_that_came_in_words_alone_is_published_in_words_alone() -> None:
    plain = row(dataclasses.replace(TRACE, steps=(Step("There it is."),)), 7, method="imported", dialect="textual")
    made, refused = publish([plain], PublishConfig(dialects=["ivgr", "textual"]))
    assert [one["dialect"] for one in made] == ["textual"]
    assert refused == []


def test_a_trace_without_places_is_refused_where_words_alone_are_not_published() -> None:
    plain = row(TRACE, method="textualize", dialect="textual")
    made, (refusal,) = publish([plain])
    assert made == []
    assert (refusal["locator"], refusal["reason"]) == (plain["trace_id"], "other_dialect")
    assert refusal["detail"] == "textualize is published in textual alone, not in vigorl"


def test_a_training_sample_that_shares_an_image_with_a_test_sample_is_refused() -> None:
    samples = (sample(1, "img_a"), sample(2, "img_a", split="test"), sample(3, "img_b"))
    made, (refusal,) = publish([row(TRACE, sample_id=f"smp_{number}") for number in (1, 2, 3)], samples=samples)
    assert {one["sample_id"]: one["split"] for one in made} == {"smp_2": "test", "smp_3": "train"}
    assert (refusal["reason"], refusal["detail"]) == ("leak_split", "train sample smp_1 shares img_a with test sample smp_2")


def test_what_is_too_much_of_its_kind_is_refused_with_both_sides() -> None:
    samples = tuple(sample(number) for number in range(6))
    methods = ["tree_direct"] * 4 + ["tree_corrected"] * 2
    traces = [row(TRACE, sample_id=f"smp_{number}", method=method) for number, method in enumerate(methods)]
    shares = {"shares": {"tree_direct": 1, "tree_corrected": 1}}
    config = PublishConfig.model_validate({"balance": {"method": shares}, "dialects": ["vigorl", "ivgr"]})
    made, refused = publish(traces, config, samples=samples)
    assert len(made) == 8
    assert {one["reason"] for one in refused} == {"balance"}
    assert {one["detail"] for one in refused} == {"train: method tree_direct: tree_corrected 2 of 2, tree_direct 2 of 4"}
    assert sorted(one["locator"].partition("/")[2] for one in refused) == ["ivgr", "ivgr", "vigorl", "vigorl"]
